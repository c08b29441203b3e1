"""What goes out is what was approved: asked with the same stored hash at scheduling, in prepare, at commit, at replay."""

from __future__ import annotations

from typing import NamedTuple

from app.content import approval_coverage
from app.content.compose import composed_hash
from app.content.hashing import content_hash
from app.content.models import Artifact, ContentItem
from app.lib.errors import Conflict
from app.platforms.base import Post
from app.publishing.models import OPEN, PublishRecord
from app.publishing.queries.plan import posts_of


def require_cover(item: ContentItem, artifact: Artifact) -> None:
    """The item's approval names exactly this version and its hash, and the version still has that hash."""
    if item.status in ("archived", "cancelled") or item.deleted_at is not None:
        raise Conflict("This content was put away. Restore it first, then publish it.")
    names_it = item.approved_version_id == artifact.id and artifact.content_id == item.id and item.approved_hash
    if not names_it:
        raise Conflict(f"No approval covers version {artifact.version}. Ask for a review first.")
    if not item.approved_hash == artifact.content_hash == content_hash(artifact.payload):
        raise Conflict("This version is not what was approved: its content was changed. It cannot be published.")


def compose_post(artifact: Artifact, platform: str) -> Post:
    """The post as this desk composes it at this moment."""
    return posts_of(artifact, [platform])[platform]


class Composition(NamedTuple):
    """What a version is on a platform at this moment: the post, its hash, the hash of the version's content, and why the post is
    not what was approved (None: it is)."""

    post: Post
    sent: str
    content: str
    uncovered: str | None


def compose_with_hashes(item: ContentItem, artifact: Artifact, platform: str) -> Composition:
    """The same for all records of a version on a platform. What leaves is hashed anew at the commit point."""
    post = compose_post(artifact, platform)
    why = approval_coverage.why_not_covered(item.approved_composed, platform, post)
    return Composition(post, composed_hash(post), content_hash(artifact.payload), why)


def change_reason(record: PublishRecord, now: Composition) -> str | None:
    """None when it is what was approved *and* what was composed when the record was made; else what differs."""
    if why := now.uncovered:
        return why if record.status not in OPEN else f"{why} Cancel this first."
    if record.composed_hash == now.sent:
        return None
    if record.composed_hash is None:
        return "It was scheduled before the desk kept what it composes. Cancel it and schedule it anew."
    since = " The desk was updated since." if approval_coverage.is_other_composer(record.composer_version) else ""
    return f"What would be sent differs from what was composed when it was scheduled.{since} Cancel it and schedule it anew."
