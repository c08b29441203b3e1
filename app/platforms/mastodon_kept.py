"""Both sides of a comparison (`compare`) for the Mastodon API: the request's body, and the status that was answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.platforms.base import Post
from app.platforms.compare import Kept
from app.platforms.rewriting import plain


def sent(post: Post, body: Mapping[str, Any]) -> Kept:
    return Kept(
        text=post.text,
        visibility=str(body.get("visibility") or "public"),
        warning=str(body.get("spoiler_text") or ""),
        sensitive=bool(body.get("sensitive")),
        language=str(body.get("language") or ""),
        pictures=len(post.media),
        alts=tuple(medium.alt for medium in post.media),
    )


def shown(status: Mapping[str, Any]) -> Kept:
    """What the answer does not tell is None. A field that it should have and has as null was dropped."""
    content, source, media = status.get("content"), status.get("text"), status.get("media_attachments")
    text = source if isinstance(source, str) and source else plain(content) if isinstance(content, str) else None
    pictures = [one for one in media if isinstance(one, Mapping)] if isinstance(media, list) else None
    return Kept(
        text=text,
        visibility=_word(status, "visibility"),
        warning=str(status["spoiler_text"] or "") if "spoiler_text" in status else None,
        sensitive=status["sensitive"] if isinstance(status.get("sensitive"), bool) else None,
        language=(_word(status, "language") or "") if "language" in status else None,
        pictures=None if pictures is None else len(pictures),
        alts=None if pictures is None else tuple(str(one.get("description") or "") for one in pictures),
    )


def _word(status: Mapping[str, Any], name: str) -> str | None:
    value = status.get(name)
    return value if isinstance(value, str) and value else None
