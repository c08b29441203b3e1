"""The command palette, and the same search as a page for browsers without JavaScript."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, make_response, render_template, request, url_for

from app.search.queries.find import LONGEST, Hit, find
from app.search.views.blueprint import bp
from app.web.auth import allows, requires
from app.web.pages import render
from app.web.template_globals import navigation

KINDS = {
    "content": ("Content", "file-text", "content.show", "content"), "record": ("Record", "send", "publishing.record", "record"),
    "campaign": ("Campaign", "speakerphone", "campaigns.show", "campaign"), "account": ("Account", "key", "accounts.show", "account"),
}  # fmt: skip
SHORTCUTS: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("content.new", {}, "New content", "plus"), ("accounts.choose", {}, "Connect an account", "plus"), ("staff.invite", {}, "Invite a person", "plus"),
    ("publishing.records", {"view": "needs-action"}, "Records that need action", "alert-triangle"), ("notifications.index", {}, "Notices", "bell"),
    ("search.saved_views", {}, "My saved views", "bookmark"), ("calendar.index", {"view": "week"}, "Calendar, this week", "calendar-event"),
    ("audit.index", {}, "Audit", "history"),
)  # fmt: skip


@bp.get("/palette")
@requires("viewer")
def palette() -> Response:
    text = request.args.get("q", "")[:LONGEST]
    return make_response(render_template("search/_palette.html", hits=_shown(find(text)), pages=_shortcuts(text)))


@bp.get("/search")
@requires("viewer")
def index() -> Response:
    text = request.args.get("q", "")[:LONGEST]
    return render("search/index.html", text=text, hits=_shown(find(text)), pages=_pages(text))


def _shown(hits: list[Hit]) -> list[dict[str, Any]]:
    """Hits with their address; a kind whose page this person may not open is left out."""
    found = []
    for hit in hits:
        word, icon, endpoint, noun = KINDS[hit.kind]
        if allows(endpoint):
            found.append({"hit": hit, "word": word, "icon": icon, "noun": noun, "href": _address(endpoint, hit)})
    return found


def _address(endpoint: str, hit: Hit) -> str:
    """The page's one id, whatever it is called there."""
    rule = next(rule for rule in current_app.url_map.iter_rules(endpoint) if "GET" in (rule.methods or ()))
    values: dict[str, Any] = dict.fromkeys(rule.arguments, hit.id)
    return url_for(endpoint, **values)


def _shortcuts(text: str) -> list[tuple[str, str, str]]:
    """(address, words, icon) of things to do whose words hold the text."""
    wanted = text.strip().lower()
    return [
        (url_for(endpoint, **args), words, icon)
        for endpoint, args, words, icon in SHORTCUTS
        if wanted and wanted in words.lower() and allows(endpoint)
    ]


def _pages(text: str) -> list[tuple[str, str, str]]:
    wanted = text.strip().lower()
    bar = [(url_for(item.endpoint), item.text, item.icon) for group in navigation() for item in group.items]
    return _shortcuts(text) + [page for page in bar if wanted in page[1].lower()]
