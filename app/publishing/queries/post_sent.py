"""The post of a record as it was sent, read from the approval that let it out."""

from __future__ import annotations

from app.content.approved_post import approved_post
from app.content.models import Artifact, ContentItem
from app.content.queries import facts
from app.platforms.base import Post
from app.publishing.models import PublishRecord

STORED = ContentItem.approved_composed["posts"][PublishRecord.platform].label("stored")
"""What the item's approval keeps for the record's platform; null where it was given up or changed by hand."""


def post_sent(record: PublishRecord, item: ContentItem, artifact: Artifact) -> Post | None:
    """The post with the record's own hash; None: nobody knows any more what was sent."""
    kept = (item.approved_composed or {}).get("posts") if isinstance(item.approved_composed, dict) else None
    stored = kept.get(record.platform) if isinstance(kept, dict) else None
    pictures = facts(medium["sha256"] for medium in artifact.payload.get("media") or [])
    return approved_post(stored, artifact.payload, record.platform, pictures, record.composed_hash)
