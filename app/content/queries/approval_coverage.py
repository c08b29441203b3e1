"""Which platforms a review of an item is about, and what its approval does not cover."""

from __future__ import annotations

from app.content import approval_coverage
from app.content.compose import compose
from app.content.models import Artifact, ContentItem
from app.content.queries.assets import facts
from app.platforms import registry


def platforms_to_review(item: ContentItem) -> list[str]:
    """The platforms that are shown to the reviewer and covered by an approval, in the registry's order: those of the planned
    accounts, or all where none is planned."""
    known = [c.spec.slug for c in registry.all()]
    return [slug for slug in known if slug in (item.planned_platforms or [])] or known


def covered_platforms(item: ContentItem) -> frozenset[str]:
    """The platforms that the item's approval covers."""
    return approval_coverage.covered_platforms(item.approved_composed)


def uncovered_platforms(item: ContentItem, version: Artifact) -> dict[str, str]:
    """platform → why the item's approval lets nothing of this version out there: for the platforms that are planned, or
    that it covered where none is (all, where it covers none: what was shown then is not known). Empty when the plan can go out as it is, or
    when no approval names this version."""
    if item.approved_version_id != version.id:
        return {}
    asked_for = platforms_to_review(item)
    if not item.planned_platforms and covered_platforms(item):
        asked_for = [slug for slug in asked_for if slug in covered_platforms(item)]
    media = facts(m["sha256"] for m in version.payload.get("media") or [])
    reasons = {
        slug: approval_coverage.why_not_covered(item.approved_composed, slug, compose(version.payload, slug, media))
        for slug in asked_for
    }
    return {slug: why for slug, why in reasons.items() if why}
