"""The record of a post: app.bsky.feed.post. Pure, and the same for the same post and key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.platforms.addresses import ascii_url
from app.platforms.base import Post
from app.platforms.bluesky_text import facets
from app.platforms.keys import tid_time

COLLECTION = "app.bsky.feed.post"


def record(post: Post, key: str, prepared: Mapping[str, Any]) -> dict[str, Any]:
    """`createdAt` comes from the key, so sending again makes the identical record."""
    found: dict[str, Any] = {"$type": COLLECTION, "text": post.text, "createdAt": timestamp(tid_time(key))}
    if post.language:
        found["langs"] = [post.language]
    if marks := facets(post.text, prepared.get("dids") or {}):
        found["facets"] = marks
    if embed := _images(post, prepared) or _card(post):
        found["embed"] = embed
    return found


def timestamp(moment: datetime) -> str:
    """AT Protocol datetime with milliseconds and Z."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _images(post: Post, prepared: Mapping[str, Any]) -> dict[str, Any]:
    blobs = prepared.get("blobs") or []
    if not blobs:
        return {}
    images = []
    for medium, blob in zip(post.media, blobs, strict=True):
        image: dict[str, Any] = {"image": blob, "alt": medium.alt}
        if medium.width and medium.height:
            image["aspectRatio"] = {"width": medium.width, "height": medium.height}
        images.append(image)
    return {"$type": "app.bsky.embed.images", "images": images}


def _card(post: Post) -> dict[str, Any]:
    """A card below the text for the post's main link, when there are words for it: Bluesky reads no page itself."""
    title = str(post.options.get("card_title") or post.title)
    if not post.link or not title:
        return {}
    about = str(post.options.get("card_description") or "")
    return {
        "$type": "app.bsky.embed.external",
        "external": {"uri": ascii_url(post.link), "title": title[:300], "description": about[:1000]},
    }
