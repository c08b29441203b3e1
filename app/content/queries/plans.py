"""What a reviewer decides on beside the text: the plan, and what is composed of the text now. As hashes, to be compared."""

from __future__ import annotations

from datetime import UTC

from app.content.compose import compose_for_approval
from app.content.hashing import canonical, sha256
from app.content.models import Artifact, ContentItem
from app.content.queries.approval_coverage import platforms_to_review
from app.content.queries.assets import facts
from app.content.version_view import Media


def plan_hash(item: ContentItem) -> str:
    """64 hex digits over the plan: the accounts in any order, the moment, and the zone where there is a moment."""
    at = item.scheduled_for
    plan = {
        "accounts": sorted(item.planned_accounts or []),
        "platforms": sorted(item.planned_platforms or []),
        "at": at.astimezone(UTC).isoformat() if at else None,
        "zone": item.timezone if at else None,
    }
    return sha256(canonical(plan))


def posts_hash(item: ContentItem, version: Artifact, media: Media | None = None) -> str:
    """64 hex digits over what this version composes to now, on the platforms that are shown and would be covered. `media`:
    the facts of its pictures, where they are known already."""
    if media is None:
        media = facts(m["sha256"] for m in version.payload.get("media") or [])
    return sha256(canonical(compose_for_approval(version.payload, platforms_to_review(item), media)["hashes"]))
