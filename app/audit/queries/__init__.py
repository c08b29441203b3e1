"""Reads of the room: list, entry, timeline, health."""

from __future__ import annotations

from app.audit.queries.entries import LISTING, entry, follow
from app.audit.queries.health import health
from app.audit.queries.timeline import TimelineRow, row_of, timeline

__all__ = ["LISTING", "TimelineRow", "entry", "follow", "health", "row_of", "timeline"]
