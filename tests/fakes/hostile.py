"""Listings as servers of the Mastodon API really give them, or worse. Each is a setting of the fake by its name.

lists_late          posts younger than so many seconds are not listed yet
lists_nothing       an empty list, always
lists_others        other people's posts stand between
hides_private       followers-only posts are not listed, not even to their owner (snac)
strips_tags         what looks like a tag is gone from texts and alt texts
strips_alts         no alt texts
marks_down          Markdown's marks are gone from the shown HTML
wrong_times         created_at is so many seconds off, Date is right
shuffles            a page is not in the order of time
old_copy            the list is a copy from a cache, made when this was set; `Age` says so many seconds
drops_sensitive     `sensitive` is always false
drops_language      no post has a language
says_source         GET /api/v1/statuses/:id/source is there
no_date             no Date header
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.server import World

Status = dict[str, Any]
TAG = re.compile(r"<[^<>]*>")


def stored(world: World, post: Status) -> Status:
    """A post as this server keeps it."""
    if world.settings.get("strips_tags"):
        post["text"] = TAG.sub("", post["text"])
        post["media"] = [{**one, "alt": TAG.sub("", one["alt"])} for one in post["media"]]
    if world.settings.get("strips_alts"):
        post["media"] = [{**one, "alt": ""} for one in post["media"]]
    return post


def shown(world: World, status: Status, post: Status) -> Status:
    """A status as this server shows it."""
    for kept, medium in zip(post["media"], status["media_attachments"], strict=True):
        medium["description"] = kept["alt"] or None
    if world.settings.get("marks_down"):
        status["content"] = re.sub(r"[*_`]|(?<=>)- ", "", status["content"])
    if off := world.settings.get("wrong_times"):
        made = datetime.fromisoformat(status["created_at"]) + timedelta(seconds=off)
        status["created_at"] = made.isoformat().replace("+00:00", "Z")
    if world.settings.get("drops_sensitive"):
        status["sensitive"] = False
    if world.settings.get("drops_language"):
        status["language"] = None
    return status


def listed(world: World, posts: list[Status]) -> list[Status]:
    """Which posts a list shows, newest first."""
    settings = world.settings
    if settings.get("lists_nothing"):
        return []
    if late := settings.get("lists_late"):
        posts = [p for p in posts if datetime.fromisoformat(p["created_at"]) < world.now() - timedelta(seconds=late)]
    if settings.get("hides_private"):
        posts = [p for p in posts if p["visibility"] != "private"]
    if settings.get("old_copy"):
        copied = settings.setdefault("_copy", [p["id"] for p in posts])
        posts = [p for p in posts if p["id"] in copied]
    return posts


def paged(world: World, page: list[Status], me: str) -> list[Status]:
    """A page of statuses as it is sent."""
    if world.settings.get("shuffles"):
        page = [*page[1::2], *page[::2]]
    if world.settings.get("lists_others"):
        page = [twin for one in page for twin in (somebody(one), one)]
    return page


def somebody(status: Status) -> Status:
    return {**status, "id": f"{status['id']}9", "account": {**status["account"], "id": "4711", "acct": "somebody"}}
