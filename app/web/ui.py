"""The Jinja side of the design language: `ui` and `asset()`.

What stands in every row of a list (icons, badges, times) is plain cached Python, because a Jinja macro call costs ten times as
much; everything else is a macro in `templates/ui/*.html`. Both are reached as `ui.<name>`.
In: the Flask app. Out: one object, made once. Errors: a name that neither side knows raises AttributeError.
"""

from __future__ import annotations

import hashlib
import time
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g
from flask_login import current_user
from markupsafe import Markup, escape

from app.lib import clock, roles
from app.web import labels, times

MACROS = ("ui/macros.html", "ui/forms.html", "ui/lists.html")


class Ui:
    """Everything a template draws with: Python for the small and frequent, macros for the rest."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._sprite = asset("icons.svg", app)

    def __getattr__(self, name: str) -> Any:
        for path in MACROS:
            macro = getattr(self._app.jinja_env.get_template(path).module, name, None)
            if macro is not None:
                if not self._app.jinja_env.auto_reload:
                    self.__dict__[name] = macro
                return macro
        raise AttributeError(f"Neither app/web/ui.py nor templates/ui has “{name}”")

    @lru_cache(maxsize=512)  # noqa: B019 — one Ui lives as long as the app
    def icon(self, name: str, cls: str = "") -> Markup:
        """An icon of the sprite, hidden from screen readers: the word beside it says the same."""
        classes = f"icon {cls}" if cls else "icon"
        return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
            classes, self._sprite, name
        )

    @lru_cache(maxsize=512)  # noqa: B019
    def status(self, key: str, label: str = "", noun: str = "") -> Markup:
        """The badge of a status; `noun` is job, request, task… where a word differs."""
        found = labels.status(key, noun)
        icon = self.icon(found.icon, "spin" if found.icon == "loader-2" else "")
        return Markup('<span class="st st-{}">{}{}</span>').format(found.tone, icon, label or found.word)

    def crumb(self, text: str, href: str, is_name: bool = False, cls: str = "") -> Markup:
        """A step of the way back, above the page. `is_name`: people's own words, in whatever direction they are written."""
        opened = Markup('<li class="{}">').format(cls) if cls else Markup("<li>")
        direction = Markup(' dir="auto"') if is_name else ""
        return opened + Markup('<a href="{}"{}>{}</a>{}</li>').format(
            href, direction, text, self.icon("chevron-right", "icon-sm")
        )

    @lru_cache(maxsize=64)  # noqa: B019
    def error_type(self, key: str) -> Markup:
        """The words for a class of error."""
        return escape(labels.error_type(key).word)

    @lru_cache(maxsize=128)  # noqa: B019
    def platform(self, slug: str, text: bool = True) -> Markup:
        """A platform's mark and name; `text=False` keeps the name for screen readers only."""
        found = labels.platform(slug)
        if len(found.icon) == 1:
            mark = Markup('<span class="pf-mono" aria-hidden="true" lang="zh">{}</span>').format(found.icon)
        else:
            mark = self.icon(found.icon)
        hidden = Markup("") if text else Markup(' class="visually-hidden"')
        return Markup('<span class="pf">{}<span{}>{}</span></span>').format(mark, hidden, found.word)

    @lru_cache(maxsize=512)  # noqa: B019
    def avatar(self, name: str, small: bool = False) -> Markup:
        """Two initials in a circle; a robot for agents (names like `writer-02`)."""
        agent = "-" in name and name.rsplit("-", 1)[-1].isdigit()
        inner = self.icon("robot", "icon-sm") if agent else "".join(word[0] for word in name.split()[:2]).upper()
        return Markup('<span class="av{}" aria-hidden="true">{}</span>').format(" av-sm" if small else "", inner)

    def when(self, moment: datetime | None, empty: str = "") -> Markup:
        """A moment in the reader's zone and words, with the exact time for machines."""
        if moment is None:
            return escape(empty)
        zone, _, today = reader()
        return _time(moment, zone, today)

    def at(self, moment: datetime | None, empty: str = "") -> Markup:
        """The same in the middle of a sentence: "due today 16:00"."""
        if moment is None:
            return escape(empty)
        zone, _, today = reader()
        words = times.format_in_text(times.format_moment(moment, today, zone))
        return Markup('<time datetime="{}">{}</time>').format(times.iso(moment), words)

    def until(self, moment: datetime | None, empty: str = "") -> Markup:
        """How far a moment is away: "in 4 min", "2 h ago"."""
        if moment is None:
            return escape(empty)
        return Markup('<time datetime="{}">{}</time>').format(times.iso(moment), times.until(moment, reader()[1]))

    def exact(self, moment: datetime | None) -> Markup:
        """The time of day to the second, for timelines."""
        if moment is None:
            return Markup("")
        local = moment.astimezone(reader()[0])
        return Markup('<time datetime="{}">{}</time>').format(times.iso(moment), f"{local:%H:%M:%S}")

    def zone(self, moment: datetime | None = None) -> str:
        """The reader's zone with its offset at the moment; without one: today's, said so where another half-year has another."""
        where, now, today = reader()
        said = times.format_offset(moment or now, where)
        return said if moment or times.keeps_offset(where, today.year) else f"{said} now"

    span = staticmethod(times.span)
    word = staticmethod(lambda key, noun="": labels.status(key, noun).word)
    tone = staticmethod(lambda key, noun="": labels.status(key, noun).tone)
    mark = staticmethod(lambda key, noun="": labels.status(key, noun).icon)
    error = staticmethod(labels.error_type)
    platform_name = staticmethod(lambda slug: labels.platform(slug).word)
    role = staticmethod(lambda key: roles.TABLE[key].word if key in roles.TABLE else labels.plain(key))


def reader() -> tuple[ZoneInfo, datetime, date]:
    """The reader's zone, this request's one `now`, and the day that is for the reader: found once a request."""
    found: tuple[ZoneInfo, datetime, date] | None = g.get("_reader")
    if found is None:
        where, now = times.zone(getattr(current_user, "timezone", None) if current_user else None), clock.now()
        found = g._reader = (where, now, now.astimezone(where).date())
    return found


@lru_cache(maxsize=8192)
def _time(moment: datetime, zone: ZoneInfo, today: date) -> Markup:
    """`<time>` in words. Cached, because the rows of a list say the same moments again on every page."""
    return Markup(f'<time datetime="{times.iso(moment)}">{times.format_moment(moment, today, zone)}</time>')  # noqa: S704 — our own words


def asset(name: str, app: Flask | None = None) -> str:
    """The address of a static file with its content's digest, so that browsers may keep it for a year."""
    app = app or current_app
    return f"{app.static_url_path}/{name}?v={_digest(str(app.static_folder), name, _minute() if app.debug else 0)}"


def _minute() -> int:
    return int(time.monotonic() // 2)


@lru_cache(maxsize=256)
def _digest(folder: str, name: str, _moment: int) -> str:
    path = Path(folder, name)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "missing"
