"""What `site` and `sandbox` share: posting through the store port, and reading it back by key.

The platform's post id of a local post is its key: it is known before the insert, and unique by the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.platforms.base import (
    Absent,
    CannotTell,
    Context,
    Found,
    Lookup,
    Post,
    Stored,
    StoreFailed,
    UnsealedAccount,
    Verdict,
)
from app.platforms.errors import NETWORK_TIMEOUT, UNKNOWN


def store_post(ctx: Context, account: UnsealedAccount, post: Post, key: str, *, keep: bool = True) -> Verdict:
    """The one `store.create`. A store that was surely not reached is a no; anything else that failed is unknown."""
    request = {"store": account.slug, "key": key, "title": post.title, "text": post.text[:2000]}
    try:
        stored = ctx.store.create(
            key,
            platform=account.slug,
            title=post.title,
            body=post.text,
            media=post.media,
            slug=post.slug,
            language=post.language,
            meta=_meta(account, post),
            keep=keep,
        )
    except StoreFailed as error:
        if error.reached:
            return Verdict("unknown", error_type=UNKNOWN, message=str(error), matched_by="store", request=request)
        return Verdict("no", error_type=NETWORK_TIMEOUT, message=str(error), matched_by="store", request=request)
    answer = {"id": stored.id, "url": stored.url}
    return Verdict("yes", post_id=key, url=stored.url, matched_by="store", request=request, response=answer)


def find_post(ctx: Context, key: str) -> Lookup:
    """By key: the store is ours, so absence is absence."""
    try:
        stored = ctx.store.find(key)
    except StoreFailed as error:
        return CannotTell(str(error))
    return _as_found(stored) if stored else Absent("store")


def _as_found(stored: Stored) -> Found:
    return Found(stored.key, url=stored.url, matched_by="key", published_at=stored.published_at)


def _meta(account: UnsealedAccount, post: Post) -> Mapping[str, Any]:
    return {"account": account.name, "link": post.link, "disclosure": post.disclosure, "options": dict(post.options)}
