"""Comparing what was sent with what a server of the Mastodon API made of it. Pure.

Servers turn text into HTML, shorten mentions to the user, trim, fold empty lines and may run Markdown over it.
Two texts are the same when they are equal after the same has been done to both.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from html.parser import HTMLParser

import regex

from app.lib.links import urls
from app.platforms.addresses import ascii_url

_MENTION = regex.compile(r"(?<![\w/])@([a-zA-Z0-9_.-]*[a-zA-Z0-9_])(@[\p{L}\p{N}.:-]+[\p{L}\p{N}])?")
_SPACE = regex.compile(r"\s+")
_MARKS = regex.compile(r"[*_~`>#\\\[\]()|-]+")
_TAGS = regex.compile(r"<[^<>]*>|<[^<>]*$")
# What is no whole tag is text. Without this the parser looks for the end of every "<" up to the end of the answer.
_STRAY = regex.compile(r"<(?!/?[a-zA-Z][^<>]*>)")
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
    parser.feed(_STRAY.sub("&lt;", html))
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


def fold(text: str) -> str:
    """A source text but for what every server trims: its outer and repeated white space, and how letters are composed."""
    return str(_SPACE.sub(" ", unicodedata.normalize("NFC", text))).strip()


def same_text(sent: str, stored: str) -> str:
    """ "exact", "rewritten" (nearly the same, but marks or what looks like tags are gone) or "": different texts.

    Marks are letters like others ("-5" is not "5"), so "rewritten" is a doubt and proves nothing.
    """
    if canonical(sent) == canonical(stored):
        return "exact"
    return "rewritten" if skeletons(sent) & skeletons(stored) else ""


@lru_cache(maxsize=512)
def skeletons(text: str) -> frozenset[str]:
    """What a careless server may leave of a text, with and without what looks like a tag. Two texts are kin when these meet.

    Kept for the last texts: the open posts of an account are compared with each that is sent.
    """
    return frozenset(s for s in map(skeleton, {text, _TAGS.sub("", text)}) if s)


def same_mentions(sent: str, html: str) -> bool:
    """Whether the HTML names the servers of all mentions: shown are the users only, and @a@x.test is not @a@y.test."""
    lower = html.casefold()
    return all(
        ascii_url(f"https://{found[2][1:]}").removeprefix("https://").casefold() in lower
        or found[2].casefold() in lower
        for found in _MENTION.finditer(sent)
        if found[2]
    )
