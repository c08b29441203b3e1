"""The frame around every page, drawn once per role and place: side bar, tab bar, palette, script tags.

It is the same for everybody of a role on every page of a place, and it is half of what a small page costs. What differs from
person to person (name, token, toasts) stays in `templates/ui/shell.html` and is drawn each time.
In: the request. Out: `Frame` of safe HTML. Errors: none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import current_app, request, url_for
from flask_login import current_user
from markupsafe import Markup

from app.web.navigation import Group, navigation

PILLS = {"reviews": ("wait", "waiting"), "notices": ("wait", "unread")}
"""What a count of the side bar means, where it is not trouble."""


class Frame(NamedTuple):
    """The parts that are shared: `head` the styles and scripts, `options` of the palette, `links` of the person's menu,
    `keyboard` the list of shortcuts."""

    head: Markup
    side: Markup
    tabs: Markup
    options: Markup
    links: Markup
    keyboard: Markup


def frame() -> Frame:
    """The frame of this request's role and place with the person's counts; drawn anew when templates are reloaded."""
    drawn: dict[tuple[str, str, str], Frame] = current_app.extensions.setdefault("frames", {})
    places: dict[tuple[str, str], list[str]] = current_app.extensions.setdefault("places", {})
    role = getattr(current_user, "role", None) or ""
    who = (request.script_root, role)
    if who not in places or current_app.jinja_env.auto_reload:
        places[who] = [url_for(item.endpoint) for group in navigation() for item in group.items]
    key = (*who, current_link(request.script_root + request.path, places[who]))
    if key not in drawn or current_app.jinja_env.auto_reload:
        drawn[key] = _draw(navigation(), key[2])
    count = current_app.extensions.get("badges")
    return with_counts(drawn[key], count()) if count is not None else drawn[key]


def with_counts(found: Frame, counts: Mapping[str, int]) -> Frame:
    """The same frame with this person's counts in it, so that they are there without JavaScript, too."""
    side, tabs = str(found.side), str(found.tabs)
    for name, count in counts.items():
        side = side.replace(str(pill(name, 0)), str(pill(name, count)))
        if count:
            empty = f'<i data-badge="{name}" aria-hidden="true" hidden></i>'
            tabs = tabs.replace(empty, f'<i data-badge="{name}" aria-hidden="true">{_format_count(count)}</i>')
    return found._replace(side=Markup(side), tabs=Markup(tabs))  # noqa: S704 — our own words and numbers


def pill(name: str, count: int, is_fresh: bool = False) -> Markup:
    """A count of the side bar; `is_fresh`: it replaces the one on the page (htmx)."""
    swap = Markup(' hx-swap-oob="true"') if is_fresh else Markup("")
    if not count:
        return Markup('<span id="badge-{}"{} class="pill"></span>').format(name, swap)
    tone, what = PILLS.get(name, ("bad", "need attention"))
    return Markup(
        '<span id="badge-{}"{} class="pill pill-{}"><span class="visually-hidden">, </span>{}'
        '<span class="visually-hidden"> {}</span></span>'
    ).format(name, swap, tone, _format_count(count), what)


def _format_count(count: int) -> str:
    return str(count) if count <= 999 else "999+"


def current_link(path: str, hrefs: list[str]) -> str:
    """The link of the side bar that `path` belongs to: itself, or the longest that it begins with; "" for none."""
    fitting = [href for href in hrefs if path == href or (href != "/" and path.startswith(href.rstrip("/") + "/"))]
    return max(fitting, key=len, default="")


def _draw(groups: list[Group], here: str) -> Frame:
    draw: Any = current_app.jinja_env.get_template("ui/frame.html").module
    return Frame(
        draw.head(), draw.side(groups, here), draw.tabs(here), draw.options(groups), draw.links(), draw.keyboard()
    )
