"""What every template may use: the macros as `ui`, the side bar, the reader's theme and zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, g, request
from flask_login import current_user

from app.lib import clock
from app.web import labels, navigation, times
from app.web import theme as theme_view
from app.web.auth import allows
from app.web.frame import frame, pill
from app.web.navigation import Group
from app.web.ui import Ui, asset, reader

THEMES = ("light", "dark", "auto")


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


def moment_text(moment: datetime | None, with_time: bool = True) -> str:
    """A moment in the desk's words: "Today 16:00", "Sun 22 Nov 17:00", "13 Nov 2025" (docs/design.md, Words)."""
    if moment is None:
        return ""
    where, _, today = reader()
    return times.format_moment(moment, today, where) if with_time else times.format_day(local(moment).date(), today)


def moment_in_text(moment: datetime | None) -> str:
    """The same in the middle of a sentence: "today 16:00"."""
    return times.format_in_text(moment_text(moment))


def init_app(app: Flask, nav: tuple[Group, ...]) -> None:
    """Globals, not context: macros see them too."""
    navigation.init_app(app, nav)
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.globals.update(
        ui=Ui(app),
        asset=asset,
        labels=labels,
        zone_choices=lambda: times.zone_choices(clock.now()),
        allows=allows,
        nav=navigation.navigation,
        page_frame=frame,
        pill=pill,
        theme=theme,
        zone=zone,
        now=clock.now,
        trace_id=lambda: g.get("trace_id", ""),
        current_user=current_user,
    )
    env.filters.update(moment_in_text=moment_in_text, local=local)
    theme_view.init_app(app)
