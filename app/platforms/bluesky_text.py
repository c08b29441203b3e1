"""Facets: links, mentions and hashtags of a Bluesky post, by UTF-8 byte offset. Pure.

Patterns after @atproto/api src/rich-text (util.ts, detection.ts); offsets after app.bsky.richtext.facet.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import regex

from app.lib.links import Span, urls
from app.platforms.addresses import ascii_url
from app.platforms.texts import graphemes

_MENTION = regex.compile(r"(?:^|(?<=[\s(]))@([a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9-]+)+)")
_INVISIBLE = r"\u00AD\u2060\u200A\u200B\u200C\u200D\u20e2"
_TAG = regex.compile(rf"(?:^|(?<=\s))[#＃]((?!\ufe0f)[^\s{_INVISIBLE}]*[^\d\s\p{{P}}{_INVISIBLE}]+[^\s{_INVISIBLE}]*)")
TAG_MAX = 64


def mentions(text: str) -> Iterator[Span]:
    """`@handle` with at least one dot; the span's text is the handle."""
    for match in _MENTION.finditer(text):
        yield Span(match.start(), match.end(), match[1].lower())


def hashtags(text: str) -> Iterator[Span]:
    """`#tag` without trailing punctuation, at most 64 graphemes; the span's text is the tag."""
    for match in _TAG.finditer(text):
        tag = _without_punctuation(match[1])
        if tag and graphemes(tag) <= TAG_MAX:
            yield Span(match.start(), match.start(1) + len(tag), tag)


def _without_punctuation(tag: str) -> str:
    """Without the punctuation at its end, found from the end: a search for it would try every run inside the tag."""
    end = len(tag)
    while end and unicodedata.category(tag[end - 1]).startswith("P"):
        end -= 1
    return tag[:end]


def facets(text: str, dids: Mapping[str, str]) -> list[dict[str, Any]]:
    """All facets in order, none overlapping; a mention whose handle is not in `dids` stays plain text."""
    found: list[tuple[Span, dict[str, Any]]] = []
    for span in urls(text):
        found.append((span, {"$type": "app.bsky.richtext.facet#link", "uri": ascii_url(span.text)}))
    for span in mentions(text):
        if did := dids.get(span.text):
            found.append((span, {"$type": "app.bsky.richtext.facet#mention", "did": did}))
    for span in hashtags(text):
        found.append((span, {"$type": "app.bsky.richtext.facet#tag", "tag": span.text}))
    return list(_in_bytes(text, sorted(found, key=lambda pair: (pair[0].start, -pair[0].end))))


def _in_bytes(text: str, found: list[tuple[Span, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Code points to bytes in one pass."""
    position = offset = end = 0
    for span, feature in found:
        if span.start < end:
            continue
        offset += len(text[position : span.start].encode("utf-8", "surrogatepass"))
        length = len(text[span.start : span.end].encode("utf-8", "surrogatepass"))
        position, end = span.start, span.end
        yield {"index": {"byteStart": offset, "byteEnd": offset + length}, "features": [feature]}
