"""Where the links of a text stand: the one answer for link facets, character counts, link cards, UTM tags and previews. Pure, linear.

In: a text. Out: spans in code points. Links have a scheme, http or https. Their letters are more than RFC 3986 has (people paste
`?family=Open+Sans|Roboto`, `a[1]` and hosts and paths in any script), and fewer than white space would leave: quotes and the punctuation of
Chinese and Japanese sentences end a link, as they do in twitter-text, which Mastodon counts with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

_URL = regex.compile(
    r"(?<![A-Za-z0-9@＠$#＃_/])https?://[^\s<>\"`\\“”「」『』《》〈〉【】（），。；：！？、…]+", regex.IGNORECASE
)
_TAIL = ".,;:!?'’*_~|"  # of the sentence, or of Markdown around the link
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Span:
    """A piece of a text; `start` and `end` count code points."""

    start: int
    end: int
    text: str


def urls(text: str) -> Iterator[Span]:
    """Links with a scheme, in order, without what ends the sentence."""
    for match in _URL.finditer(text):
        found = _whole(match[0])
        if found.partition("://")[2]:
            yield Span(match.start(), match.start() + len(found), found)


def _whole(url: str) -> str:
    """Up to a bracket that was opened outside, as in `(https://a.example/b_(c))` and `[![x](https://a.example/y)](…)`."""
    still_open = dict.fromkeys(_PAIRS.values(), 0)
    for place, letter in enumerate(url):
        if letter in still_open:
            still_open[letter] += 1
        elif letter in _PAIRS:
            if not still_open[_PAIRS[letter]]:
                url = url[:place]
                break
            still_open[_PAIRS[letter]] -= 1
    return url.rstrip(_TAIL)
