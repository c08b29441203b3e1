"""Reads of the room."""

from __future__ import annotations

from app.content.queries.approval_coverage import covered_platforms, platforms_to_review, uncovered_platforms
from app.content.queries.assets import by_hash, facts
from app.content.queries.drafts import draft_of, drafts_of, is_saved, other_writers
from app.content.queries.items import artifact, by_id, by_ids, current, duplicates, version_by_number, versions
from app.content.queries.lists import COLUMNS, FILTERS, VIEWS, expand_view, listing
from app.content.queries.plans import plan_hash, posts_hash
from app.content.queries.previews import previews, version_view

__all__ = [
    "COLUMNS",
    "FILTERS",
    "VIEWS",
    "artifact",
    "expand_view",
    "by_hash",
    "by_id",
    "by_ids",
    "covered_platforms",
    "current",
    "draft_of",
    "drafts_of",
    "facts",
    "is_saved",
    "listing",
    "uncovered_platforms",
    "other_writers",
    "plan_hash",
    "previews",
    "version_view",
    "posts_hash",
    "platforms_to_review",
    "duplicates",
    "version_by_number",
    "versions",
]
