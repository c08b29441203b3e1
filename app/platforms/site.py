"""Our own public pages and feeds: posts go to `local_posts` through the store port, so the key is proof."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.platforms.base import Check, Context, Limits, Lookup, Platform, Post, UnsealedAccount, Verdict, Verified
from app.platforms.store_post import find_post, store_post

SPEC = Platform(
    slug="site",
    name="Our site",
    icon="world",
    credential_type="none",
    limits=Limits(text=100_000, title_max=200, title_required=True, text_required=True, media_max=20, alt_max=2000),
    can=frozenset({"publish", "find", "delete", "verify"}),
    supports=frozenset({"title", "text", "markdown", "images", "alt", "link", "language"}),
    resend_safety="proved",
    listing_consistent=True,
    min_gap=timedelta(0),
    caveats=("Appears at once on the public page, in the Atom feed and in the JSON feed.",),
)


def publish(ctx: Context, account: UnsealedAccount, post: Post, key: str, prepared: Mapping[str, Any]) -> Verdict:
    """One insert under the key; a key that is there already is answered with its page."""
    return store_post(ctx, account, post, key)


def find(ctx: Context, account: UnsealedAccount, post: Post, key: str, since: datetime) -> Lookup:
    return find_post(ctx, key)


def delete(ctx: Context, account: UnsealedAccount, post_id: str) -> Verdict:
    """Takes the page down; `post_id` is the key, as everywhere on local pages."""
    ctx.store.delete(post_id)
    return Verdict("yes", post_id=post_id, matched_by="store")


def verify(ctx: Context, account: UnsealedAccount) -> Check:
    return Verified(account_id="site", name=account.name)
