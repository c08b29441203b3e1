"""What every template may use: the macros as `ui`, the side bar, the reader's theme, zone and words."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, request
from flask_login import current_user

from app.lib import clock
from app.web import labels, times
from app.web import theme as theme_view
from app.web.auth import allows
from app.web.ui import Ui, asset, reader

THEMES = ("light", "dark", "auto")


class Item(NamedTuple):
    """One link of the side bar. `key` is its shortcut, `badge` the name of its count."""

    endpoint: str
    icon: str
    text: str
    key: str = ""
    badge: str = ""


class Group(NamedTuple):
    """A heading of the side bar; it is hidden when nothing below it may be opened."""

    text: str
    items: tuple[Item, ...]


def theme() -> str:
    """The reader's theme, from the cookie."""
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


def zone() -> ZoneInfo:
    """The reader's time zone."""
    return reader()[0]


def local(moment: datetime) -> datetime:
    """The same moment in the reader's zone."""
    return moment.astimezone(zone())


def moment_words(moment: datetime | None, with_time: bool = True) -> str:
    """A moment in the desk's words: "Today 16:00", "Sun 22 Nov 17:00", "13 Nov 2025" (docs/design.md, Words)."""
    if moment is None:
        return ""
    where, _, today = reader()
    return times.words(moment, today, where) if with_time else times.day_words(local(moment).date(), today)


def inside(moment: datetime | None) -> str:
    """The same in the middle of a sentence: "today 16:00"."""
    return times.inside(moment_words(moment))


def navigation() -> list[Group]:
    """The side bar of this person: only what may be opened."""
    groups: tuple[Group, ...] = current_app.extensions["navigation"]
    shown = [Group(g.text, tuple(i for i in g.items if allows(i.endpoint))) for g in groups]
    return [group for group in shown if group.items]


def init_app(app: Flask, nav: tuple[Group, ...]) -> None:
    """Globals, not context: macros see them too."""
    app.extensions["navigation"] = nav
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.globals.update(
        ui=Ui(app),
        asset=asset,
        labels=labels,
        zone_names=times.zone_names,
        allows=allows,
        nav=navigation,
        theme=theme,
        zone=zone,
        now=clock.now,
        trace_id=lambda: g.get("trace_id", ""),
        current_user=current_user,
    )
    env.filters.update(said=moment_words, inside=inside, local=local)
    theme_view.init_app(app)
    from app.web.frame import frame, pill  # they draw with what stands above

    env.globals.update(page_frame=frame, pill=pill)
