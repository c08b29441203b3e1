"""What every call of the Mastodon API begins with: the server's root, the token, and the post's own fields."""

from __future__ import annotations

from app.platforms.addresses import base_url
from app.platforms.base import Post, UnsealedAccount

RIGHTS = ("read:accounts", "read:statuses", "write:statuses", "write:media")
"""What a token needs: to be checked, to be looked after when an answer is unclear, to post, to post pictures."""


def server(account: UnsealedAccount) -> str:
    """The root of the account's instance; ValueError when there is none."""
    return base_url(account.setting("instance"))


def authorization(account: UnsealedAccount) -> dict[str, str]:
    return {"Authorization": f"Bearer {account.secrets.get('access_token', '')}"}


def spoiler_of(post: Post) -> str:
    """The content warning."""
    return str(post.options.get("spoiler_text") or "").strip()
