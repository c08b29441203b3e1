"""The post as it was approved and sent, whatever version of the desk runs now. Pure.

Looks compare with these words and no others (docs/delivery.md: the composed post of approval time is the reference). They are
what the approval stored, as long as it stands; else what is composed now. Both count only with the record's own hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from app.content.compose import compose, composed_hash
from app.content.hashing import canonical, sha256
from app.platforms.base import Media, Post

Facts = Mapping[str, Mapping[str, Any]]
_FIELDS = frozenset(field.name for field in fields(Post))


def approved_post(
    stored: Any, payload: Mapping[str, Any], platform: str, media: Facts, wanted: str | None
) -> Post | None:
    """The post whose hash is `wanted` (the record's own), or None: nobody knows any more what was sent.

    `stored`: the fields that the item's approval keeps for this platform; `payload`, `media`: as for `compose`.
    """
    if wanted and _hash(stored) == wanted and (found := _rebuild(stored, media)):
        return found
    post = compose(payload, platform, media)
    return post if composed_hash(post) == wanted else None


def _hash(stored: Any) -> str:
    """ "" for what is no set of fields, or holds what no version of the desk writes (a column changed by hand)."""
    try:
        return sha256(canonical(stored)) if isinstance(stored, Mapping) else ""
    except ValueError:
        return ""


def _rebuild(stored: Mapping[str, Any], media: Facts) -> Post | None:
    """A post of stored fields; None where this version of the desk has no place for one of them, or lost a picture's facts."""
    known = {**media, **{one["small"]["sha256"]: one["small"] for one in media.values() if one.get("small")}}
    if any(value for name, value in stored.items() if name not in _FIELDS):
        return None
    if any(use["sha256"] not in known for use in stored.get("media") or ()):
        return None
    values = {name: value for name, value in stored.items() if name in _FIELDS}
    pictures = tuple(_medium(use, known[use["sha256"]]) for use in stored.get("media") or ())
    return Post(**{**values, "parts": tuple(stored.get("parts") or ()), "media": pictures})


def _medium(use: Mapping[str, Any], facts: Mapping[str, Any]) -> Media:
    return Media(
        sha256=use["sha256"],
        mime=str(facts.get("mime") or ""),
        size=int(facts.get("size") or 0),
        width=facts.get("width"),
        height=facts.get("height"),
        alt=use["alt"],
    )
