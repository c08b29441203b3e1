"""Reads of the room: list, entry, timeline, health."""

from __future__ import annotations

from app.audit.queries.entries import LISTING, entries_of_trace, entry
from app.audit.queries.health import health
from app.audit.queries.timeline import TimelineRow, timeline, timeline_row

__all__ = ["LISTING", "TimelineRow", "entry", "entries_of_trace", "health", "timeline_row", "timeline"]
