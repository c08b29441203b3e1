"""Markdown as safe HTML: for previews of platforms that take Markdown, and for our own pages. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from app.content.markdown import ready

TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


PARSER = ready(
    MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False}).enable(["table", "strikethrough"])
)


@lru_cache(maxsize=16)
def rendered(markdown: str) -> Markup:
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


MARKS = re.compile(r"https?://[^\s<>]+|(?<![\w&/])[#@][\w.·-]*\w(?:@[\w.-]*\w)?")


def marked(text: str) -> Markup:
    """Plain text with what platforms turn into links in a class of its own; everything is escaped."""
    parts, at = [], 0  # joined once: adding to a text copies it each time
    for found in MARKS.finditer(text):
        parts += [escape(text[at : found.start()]), '<span class="pv-tag">', escape(found.group()), "</span>"]
        at = found.end()
    return Markup("".join([*parts, escape(text[at:])]))  # noqa: S704 — all but our own two tags is escaped
