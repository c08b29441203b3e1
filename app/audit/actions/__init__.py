"""The verbs of the room: record, seal, make partitions, follow up events."""

from __future__ import annotations

from app.audit.actions.checks import store_check
from app.audit.actions.events import due_deliveries, mark_failed, mark_handled, redeliver
from app.audit.actions.keys import reseal_keys
from app.audit.actions.partitions import make_partitions
from app.audit.actions.record import entry, insert, record
from app.audit.actions.seal import acknowledge, begin_anew, note_roots, seal

__all__ = [
    "acknowledge", "begin_anew", "due_deliveries", "entry", "insert", "store_check", "make_partitions", "mark_failed", "mark_handled", "note_roots",
    "record", "reseal_keys", "redeliver", "seal",
]  # fmt: skip
