"""Entries of the month and the week as their cells show them: what they share is drawn once, not for each of hundreds.

In: events. Out: `Entry` rows of safe HTML, in the same order. Errors: none.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app, url_for
from markupsafe import Markup, escape

from app.calendar.queries.events import Event
from app.web.template_globals import zone

NO_KEY = str(uuid.UUID(int=0))
HREF, AT, TITLE = "\ue000", "\ue001", "\ue002"
"""Characters of nobody's, which stand in a shape where an entry's own words go. A shape is cut at them before any are put in, so
that they mean nothing in a title."""


class Entry(NamedTuple):
    """One entry; `local` is its moment in the reader's zone."""

    local: datetime
    html: Markup


def entries(events: Iterable[Event]) -> list[Entry]:
    """Each event as its cell shows it."""
    where = zone()
    before = {
        kind: url_for("calendar.event", kind=kind, key=NO_KEY).removesuffix(NO_KEY) for kind in ("record", "plan")
    }
    shapes: dict[tuple[str, tuple[str, ...], bool], list[str]] = {}
    made = []
    for one in events:
        alike = (one.status, one.platforms[:3], one.can_move)
        if alike not in shapes:
            shapes[alike] = _shape(*alike)
        local = one.at.astimezone(where)
        own = {HREF: f"{before[one.kind]}{one.id}", AT: f"{local:%H:%M}", TITLE: str(escape(one.title))}
        html = Markup("".join([own.get(part, part) for part in shapes[alike]]))  # noqa: S704 (the title is escaped)
        made.append(Entry(local, html))
    return made


def _shape(status: str, platforms: tuple[str, ...], can_move: bool) -> list[str]:
    """What is the same for all entries of this kind, cut where their own words go."""
    ui: Any = current_app.jinja_env.globals["ui"]
    draw: Any = current_app.jinja_env.get_template("calendar/_ev.html").module
    marks = {"tone": ui.tone(status), "icon": ui.icon(ui.mark(status)), "word": ui.word(status)}
    shown = Markup("").join(ui.platform(slug, False) for slug in platforms)
    drawn = draw.ev({"href": HREF, "at": AT, "title": TITLE, "platforms": shown, "can_move": can_move, **marks})
    return re.split(f"([{HREF}{AT}{TITLE}])", str(drawn))
