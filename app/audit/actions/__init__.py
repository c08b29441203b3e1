"""The verbs of the room: record, seal, make partitions, follow up events."""

from __future__ import annotations

from app.audit.actions.events import due_deliveries, mark_failed, mark_handled, ring_open
from app.audit.actions.partitions import make_partitions
from app.audit.actions.record import insert, record
from app.audit.actions.seal import seal

__all__ = ["due_deliveries", "insert", "make_partitions", "mark_failed", "mark_handled", "record", "ring_open", "seal"]
