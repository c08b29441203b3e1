"""The command palette, and the same search as a page for browsers without JavaScript."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Response, current_app, make_response, render_template, request, url_for

from app.core.finder import FINDERS, Finder, commands
from app.search.queries.find import LONGEST, Hit, find
from app.search.views.blueprint import bp
from app.web.auth import allows, requires
from app.web.navigation import navigation
from app.web.pages import render


class Result(NamedTuple):
    """A hit, how its kind is called and drawn, and its address."""

    hit: Hit
    kind: Finder
    href: str


class Page(NamedTuple):
    """A page or something to do."""

    href: str
    words: str
    icon: str


@bp.get("/palette")
@requires("viewer")
def palette() -> Response:
    text = request.args.get("q", "")[:LONGEST]
    return make_response(render_template("search/_palette.html", hits=_results(find(text)), pages=_commands(text)))


@bp.get("/search")
@requires("viewer")
def index() -> Response:
    text = request.args.get("q", "")[:LONGEST]
    return render("search/index.html", text=text, hits=_results(find(text)), pages=_pages(text))


def _results(hits: list[Hit]) -> list[Result]:
    """Hits with their address; a kind whose page this person may not open is left out."""
    kinds = FINDERS
    return [
        Result(hit, kinds[hit.kind], _address(kinds[hit.kind].endpoint, hit))
        for hit in hits
        if allows(kinds[hit.kind].endpoint)
    ]


def _address(endpoint: str, hit: Hit) -> str:
    """The page's one id, whatever it is called there."""
    rule = next(rule for rule in current_app.url_map.iter_rules(endpoint) if "GET" in (rule.methods or ()))
    values: dict[str, Any] = dict.fromkeys(rule.arguments, hit.id)
    return url_for(endpoint, **values)


def _commands(text: str) -> list[Page]:
    """Things to do whose words hold the text."""
    wanted = text.strip().lower()
    return [
        Page(url_for(command.endpoint, **dict[str, Any](command.args)), command.words, command.icon)
        for command in commands()
        if wanted and wanted in command.words.lower() and allows(command.endpoint)
    ]


def _pages(text: str) -> list[Page]:
    """The same, and the pages of the side bar."""
    wanted = text.strip().lower()
    bar = [Page(url_for(item.endpoint), item.text, item.icon) for group in navigation() for item in group.items]
    return _commands(text) + [page for page in bar if wanted in page.words.lower()]
