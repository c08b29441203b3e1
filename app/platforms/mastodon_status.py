"""A status as it is sent, as the server answers it, and how the two differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.platforms.base import Post
from app.platforms.compare import SEVERE, PostFields, remarks
from app.platforms.mastodon_account import spoiler_of
from app.platforms.mastodon_compare import sensitive_of, visibility_of
from app.platforms.text_match import plain


def body(post: Post, prepared: Mapping[str, Any], *, plain: bool = False) -> dict[str, Any]:
    """The request. Source: POST /api/v1/statuses, form data parameters; `content_type` is known to the relatives."""
    values: dict[str, Any] = {"status": post.text, "visibility": visibility_of(post)}
    if prepared.get("media_ids"):
        values["media_ids"] = list(prepared["media_ids"])
    if language := language_of(post):
        values["language"] = language
    if spoiler := spoiler_of(post):
        values["spoiler_text"] = spoiler
    if sensitive_of(post):
        values["sensitive"] = True
    if plain:
        values["content_type"] = "text/plain"
    return values


def language_of(post: Post) -> str:
    """Two or three letters (ISO 639), as the API wants them."""
    return post.language.partition("-")[0].lower()


def remarks_on(post: Post, status: Mapping[str, Any]) -> tuple[str, ...]:
    """How a status that surely is this post differs from it."""
    return remarks(fields_sent(post), fields_answered(status))


def author_of(status: Mapping[str, Any], me: str) -> tuple[str, ...]:
    """A remark where the answer names somebody else than `me` (an id of the server) as the author."""
    person = status.get("account")
    number, name = (person.get("id"), person.get("acct")) if isinstance(person, Mapping) else (None, None)
    if not me or not isinstance(number, str | int) or isinstance(number, bool) or str(number) == me:
        return ()
    who = f"@{name[:40]}" if isinstance(name, str) and name else "somebody else"
    return (f"{SEVERE} a post of {who} instead of this account",)


def fields_sent(post: Post) -> PostFields:
    return PostFields(
        text=post.text,
        visibility=visibility_of(post),
        warning=spoiler_of(post),
        sensitive=sensitive_of(post),
        language=language_of(post),
        pictures=len(post.media),
        alts=tuple(medium.alt for medium in post.media),
    )


def fields_answered(status: Mapping[str, Any]) -> PostFields:
    """What the answer does not tell is None, and so is what it tells in a shape of its own. A field that it should have and has
    as null was dropped."""
    content, source = status.get("content"), status.get("text")
    text = source if isinstance(source, str) and source else plain(content) if isinstance(content, str) else None
    pictures = _pictures(status.get("media_attachments"))
    alts = None if pictures is None else [_text_of(one, "description") for one in pictures]
    return PostFields(
        text=text,
        visibility=_text_of(status, "visibility") or None,
        warning=_text_of(status, "spoiler_text"),
        sensitive=status["sensitive"] if isinstance(status.get("sensitive"), bool) else None,
        language=_text_of(status, "language"),
        pictures=None if pictures is None else len(pictures),
        alts=None if alts is None or None in alts else tuple(one or "" for one in alts),
    )


def _pictures(media: Any) -> list[Mapping[str, Any]] | None:
    if not isinstance(media, list) or not all(isinstance(one, Mapping) for one in media):
        return None
    return media


def _text_of(answer: Mapping[str, Any], name: str) -> str | None:
    """Text, "" where it is null, None where the answer does not tell."""
    value = answer.get(name, 0)
    return "" if value is None else value if isinstance(value, str) else None
