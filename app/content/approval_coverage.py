"""What an approval covers: per platform, exactly the post that was composed when it was given. Pure.

    approved_composed   {version: of the composer, hashes: {platform: hash}, posts: {platform: the hashed fields}}

The hashes decide. `posts` says which part differs, and what a lookup has to look for (approved_post.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.content.compose import COMPOSER_VERSION, composed_hash, hashed_fields
from app.platforms import registry
from app.platforms.base import Post

Approved = Mapping[str, Any] | None

PARTS = {
    "text": "the text", "title": "the title", "parts": "the further posts", "media": "the pictures", "language": "the language",
    "link": "the link", "disclosure": "the AI disclosure", "options": "the options", "slug": "the page’s address",
}  # fmt: skip
PLURAL = ("the further posts", "the pictures", "the options")


def covered_platforms(approved: Approved) -> frozenset[str]:
    """The platforms that an approval covers: those its reviewer was shown."""
    return frozenset(_part(approved, "hashes"))


def _part(stored: Any, key: str) -> Mapping[str, Any]:
    """A part of what is stored; what is no object (a column changed by hand) covers nothing."""
    found = stored.get(key) if isinstance(stored, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def why_not_covered(approved: Approved, platform: str, post: Post) -> str | None:
    """None when `post` is what was approved for this platform; else why it may not go out, and what to do."""
    hashes = _part(approved, "hashes")
    if platform not in hashes:
        return f"{_name(platform)} was not shown to the reviewer. Ask for a review that includes it."
    if hashes[platform] == composed_hash(post):
        return None
    what = _list_differences(_part(_part(approved, "posts"), platform), post)
    since = " since the desk was updated" if approved and is_other_composer(approved.get("version")) else ""
    return f"What would go out on {_name(platform)} is not what was approved{what}{since}. It asks for a new review."


def is_other_composer(version: Any) -> bool:
    """Whether another version of the composer made it than the one that runs."""
    return bool(version != COMPOSER_VERSION)


def _list_differences(before: Mapping[str, Any], post: Post) -> str:
    """ ": the text and the pictures differ", as far as it is known."""
    if not before:
        return ""
    now = hashed_fields(post)
    parts = [PARTS.get(key, key) for key in now if now[key] != before.get(key)]
    if not parts:
        return ""
    named = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return f": {named} {'differ' if len(parts) > 1 or parts[0] in PLURAL else 'differs'}"


def _name(platform: str) -> str:
    known = {c.spec.slug: c.spec.name for c in registry.all()}
    return known.get(platform, platform)
