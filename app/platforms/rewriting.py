"""Comparing what was sent with what a server of the Mastodon API made of it. Pure.

Servers turn text into HTML, shorten mentions to the user, trim, fold empty lines and may run Markdown over it.
Two texts are the same when they are equal after the same has been done to both.
"""

from __future__ import annotations

import unicodedata
from html.parser import HTMLParser

import regex

from app.platforms.addresses import ascii_url
from app.platforms.texts import urls

_MENTION = regex.compile(r"(?<![\w/])@([a-zA-Z0-9_.-]*[a-zA-Z0-9_])(@[\p{L}\p{N}.:-]+[\p{L}\p{N}])?")
_SPACE = regex.compile(r"\s+")
_MARKS = regex.compile(r"[*_~`>#\\\[\]()|-]+")
_BLOCKS = frozenset({"p", "div", "li", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "tr"})


class _Text(HTMLParser):
    """Keeps the text, a line break for <br> and an empty line between blocks; custom emoji by their short code."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.parts.append("\n")
        elif tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def plain(html: str) -> str:
    """The text of a status' HTML."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return str(regex.sub(r"\n{3,}", "\n\n", "".join(parser.parts))).strip()


def canonical(text: str) -> str:
    """What survives a server's rewriting: one form for links, mentions and white space."""
    text = unicodedata.normalize("NFC", text)
    pieces, position = [], 0
    for span in urls(text):
        pieces += [text[position : span.start], ascii_url(span.text).rstrip("/")]
        position = span.end
    whole = "".join([*pieces, text[position:]])
    return str(_SPACE.sub(" ", _MENTION.sub(r"@\1", whole))).strip()


def skeleton(text: str) -> str:
    """The canonical text without marks that Markdown would take away and without white space."""
    return str(_SPACE.sub("", _MARKS.sub("", canonical(text)))).casefold()


def same_text(sent: str, shown: str) -> str:
    """ "exact", "rewritten" (equal but for Markdown's marks) or "" when these are different texts."""
    if canonical(sent) == canonical(shown):
        return "exact"
    left, right = skeleton(sent), skeleton(shown)
    return "rewritten" if left and left == right else ""
