"""Entries of the month and the week, ready to be written down: what they share is drawn once, not for each of hundreds.

In: events. Out: `Entry` rows of plain text and safe HTML, in the same order. Errors: none.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app, url_for
from markupsafe import Markup

from app.operations.queries.today import Event
from app.web.look import zone

NO_KEY = str(uuid.UUID(int=0))


class Entry(NamedTuple):
    """One entry; `local` is its moment in the reader's zone."""

    href: str
    local: datetime
    at: str
    title: str
    tone: str
    icon: Markup
    word: str
    platforms: Markup
    can_move: bool


def entries(events: Iterable[Event]) -> list[Entry]:
    """Each event as its cell shows it."""
    ui: Any = current_app.jinja_env.globals["ui"]
    where = zone()
    before = {
        kind: url_for("operations.event", kind=kind, key=NO_KEY).removesuffix(NO_KEY) for kind in ("record", "plan")
    }
    marks: dict[str, tuple[str, Markup, str]] = {}
    places: dict[tuple[str, ...], Markup] = {}
    made = []
    for one in events:
        status, slugs = one.status, one.platforms[:3]
        if status not in marks:
            marks[status] = (ui.tone(status), ui.icon(ui.mark(status)), ui.word(status))
        if slugs not in places:
            places[slugs] = Markup("").join(ui.platform(slug, False) for slug in slugs)
        local = one.at.astimezone(where)
        href = f"{before[one.kind]}{one.id}"
        made.append(Entry(href, local, f"{local:%H:%M}", one.title, *marks[status], places[slugs], one.can_move))
    return made
