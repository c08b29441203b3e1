"""Reads of campaigns: the list, one campaign with its content, its publish records."""

from __future__ import annotations

from app.campaigns.queries.campaign import by_id, content_of, count_planned, frame_of, why_outside
from app.campaigns.queries.campaigns import CAMPAIGNS, choices, platform_choices, with_counts
from app.campaigns.queries.records import (
    ids_with_holds_to_change,
    late_records,
    open_count,
    results_of,
    waiting_count,
    waiting_outside,
)

__all__ = [
    "CAMPAIGNS",
    "by_id",
    "choices",
    "content_of",
    "count_planned",
    "frame_of",
    "ids_with_holds_to_change",
    "late_records",
    "open_count",
    "platform_choices",
    "results_of",
    "waiting_count",
    "waiting_outside",
    "why_outside",
    "with_counts",
]
