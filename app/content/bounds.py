"""How much a text may hold: asked once, before any work is done on it, by the composer, its preview, autosave and every verb. Pure.

In: a payload in normal form. Out: field → what is too much and what to do. Nothing is ever cut silently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MAX_TITLE = 300
MAX_TEXT = 100_000
"""Characters of one text: shared, of one platform, of a further post, of a comment."""
MAX_WHOLE = 300_000
"""Characters of all texts of a version together."""
MAX_ALT = 10_000
MAX_RULE, MAX_OPTION = 500, 5_000
MAX_LANGUAGE = 35  # RFC 5646, 4.4.1
MAX_MEDIA = 20
MAX_PARTS = 100
MAX_PLATFORMS = 40
MAX_TAGS, MAX_TAG, MAX_TAGS_TYPED = 20, 60, 5_000

Problems = dict[str, str]


def problems(of: Mapping[str, Any]) -> Problems:
    """field → message for what can never be saved, whatever the platform."""
    missing = {} if of["title"] else {"title": "Give it a title. Only the desk, the website and feeds show it."}
    return missing | too_much(of)


def too_much(of: Mapping[str, Any]) -> Problems:
    """The same for a text that is still being written: what is missing is no problem yet."""
    out = dict(_too_many(of))
    whole = 0
    for field, text, most, words in _texts(of):
        whole += len(text)
        if len(text) > most:
            out.setdefault(field, words.format(f"{len(text):,}", f"{most:,}"))
    if whole > MAX_WHOLE:
        out.setdefault("body", _LONG.format(f"{whole:,}", f"{MAX_WHOLE:,}").replace("The text has", "All texts have"))
    return out


_LONG = "The text has {} characters; at most {} can be kept here. Nothing was cut: shorten it and save again."
_TITLE = "The title has {} characters; at most {} fit. Shorten it."
_ALT = "The description of a picture has {} characters; at most {} fit. Shorten it."
_RULE = "A word added to links has {} characters; at most {} fit. Shorten it."
_OPTION = "A choice for one platform has {} characters; at most {} fit. Shorten it."
_LANGUAGE = "A language has a short code; this has {} characters of at most {}. Choose one from the list."


def _texts(of: Mapping[str, Any]) -> Iterator[tuple[str, str, int, str]]:
    """(field, text, most, words) of everything that people write."""
    yield "title", of["title"], MAX_TITLE, _TITLE
    yield "body", of["body"], MAX_TEXT, _LONG
    yield "language", of["language"], MAX_LANGUAGE, _LANGUAGE
    for platform, own in of["variants"].items():
        field = f"variant_{platform}"
        for text in (own["text"], own.get("first_comment", ""), *own.get("parts", ())):
            yield field, text, MAX_TEXT, _LONG
        for value in own.get("options", {}).values():
            yield field, str(value), MAX_OPTION, _OPTION
    for use in of["media"]:
        yield "pictures", use["alt"], MAX_ALT, _ALT
    for value in of["link_rules"].get("utm", {}).values():
        yield "body", value, MAX_RULE, _RULE


def _too_many(of: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if len(of["media"]) > MAX_MEDIA:
        yield "pictures", f"{len(of['media'])} pictures; at most {MAX_MEDIA} fit into one item. Remove some."
    if len(of["variants"]) > MAX_PLATFORMS:
        yield (
            "body",
            f"Texts of their own for {len(of['variants'])} platforms; at most {MAX_PLATFORMS} fit. Remove some.",
        )
    for platform, own in of["variants"].items():
        if len(own.get("parts", ())) > MAX_PARTS:
            yield f"variant_{platform}", f"{len(own['parts'])} further posts; at most {MAX_PARTS} fit. Join some."


def tags(typed: str, found: list[str]) -> Problems:
    """The same for tags: `typed` as it stands in the field, `found` read from it."""
    if len(typed) > MAX_TAGS_TYPED or len(found) > MAX_TAGS:
        return {"tags": f"{len(found)} tags; at most {MAX_TAGS} fit. Remove {max(len(found) - MAX_TAGS, 1)}."}
    if long := next((t for t in found if len(t) > MAX_TAG), ""):
        words = f"The tag “{long[:40]}…” has {len(long)} characters; at most {MAX_TAG} fit. Separate tags by commas."
        return {"tags": words}
    return {}
