"""Reads of the room."""

from __future__ import annotations

from app.content.queries.assets import by_hash, facts
from app.content.queries.cover import covered, not_covered, to_cover
from app.content.queries.drafts import draft_of, drafts_of, is_saved, others_writing
from app.content.queries.items import artifact, by_id, by_ids, current, twins, version_by_number, versions
from app.content.queries.lists import COLUMNS, FILTERS, VIEWS, asked, listing
from app.content.queries.plans import plan_hash, shown_hash
from app.content.queries.previews import previews, shown

__all__ = [
    "COLUMNS",
    "FILTERS",
    "VIEWS",
    "artifact",
    "asked",
    "by_hash",
    "by_id",
    "by_ids",
    "covered",
    "current",
    "draft_of",
    "drafts_of",
    "facts",
    "is_saved",
    "listing",
    "not_covered",
    "others_writing",
    "plan_hash",
    "previews",
    "shown",
    "shown_hash",
    "to_cover",
    "twins",
    "version_by_number",
    "versions",
]
