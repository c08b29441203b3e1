"""Counting a text the way each platform counts. Pure."""

from __future__ import annotations

import functools
from collections.abc import Callable

import regex

from app.lib.links import urls

_MENTION = regex.compile(r"(?<![\w=/])@([a-zA-Z0-9_]+(?:[.-]+[a-zA-Z0-9_]+)*)(@[\p{L}\p{N}.-]+[\p{L}\p{N}])?")
_GRAPHEME = regex.compile(r"\X")
# Inside a run of regional indicators \X looks back to its beginning at every step. Two of them, or the odd last one, break and join
# like one letter (UAX 29: GB9, GB9b, GB12, GB13), so a letter stands in for them.
_FLAG = regex.compile("[\U0001f1e6-\U0001f1ff]{1,2}")


def graphemes(text: str) -> int:
    """User-perceived characters (UAX 29 clusters)."""
    return len(text) if text.isascii() and "\r" not in text else len(_GRAPHEME.findall(flags_as_letters(text)))


def flags_as_letters(text: str) -> str:
    """The text with as many graphemes, and none of the characters that are dear to count."""
    return str(_FLAG.sub("x", text))


def code_units(text: str) -> int:
    """As JavaScript's `length` counts: UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@functools.cache
def mastodon(per_url: int = 23) -> Callable[[str], int]:
    """Mastodon: graphemes; a link is `per_url` long, of a mention of someone elsewhere only the user counts.

    Source: mastodon app/validators/status_length_validator.rb.
    """

    def count(text: str) -> int:
        pieces, position = [], 0
        for span in urls(text):
            pieces += [text[position : span.start], "x" * per_url]
            position = span.end
        whole = "".join([*pieces, text[position:]])
        return graphemes(_MENTION.sub(r"@\1", whole))

    return count
