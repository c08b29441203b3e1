"""Markdown as safe HTML: for previews of platforms that take Markdown, and for our own pages. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from app.content.markdown import warm_up
from app.lib.links import urls

TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


PARSER = warm_up(
    MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False}).enable(["table", "strikethrough"])
)


@lru_cache(maxsize=16)
def render_markdown(markdown: str) -> Markup:
    """Headings begin at h2 (the page has its h1); links open with no referrer and no rank; anything else is text."""
    html = (
        PARSER.render(markdown)
        .replace("<h1>", "<h2>")
        .replace("</h1>", "</h2>")
        .replace("<s>", "<del>")
        .replace("</s>", "</del>")
    )
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
    )
    return Markup(clean)  # noqa: S704 — cleaned one line above


NAMED = re.compile(r"(?<![\w&/])[#@][\w.·-]*\w(?:@[\w.-]*\w)?")


def mark_links(text: str) -> Markup:
    """Plain text with what platforms turn into links in a class of its own; everything is escaped."""
    parts, at = [], 0  # joined once: adding to a text copies it each time
    for start, end in _marks(text):
        parts += [escape(text[at:start]), '<span class="pv-tag">', escape(text[start:end]), "</span>"]
        at = end
    return Markup("".join([*parts, escape(text[at:])]))  # noqa: S704 — all but our own two tags is escaped


def _marks(text: str) -> Iterator[tuple[int, int]]:
    """Where links, hashtags and mentions stand; a # inside a link is part of it."""
    at = 0
    for link in urls(text):
        yield from (found.span() for found in NAMED.finditer(text, at, link.start))
        yield link.start, link.end
        at = link.end
    yield from (found.span() for found in NAMED.finditer(text, at))
