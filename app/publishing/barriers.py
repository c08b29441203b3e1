"""Named moments of a delivery at which a test can stop a worker: an empty table, filled by tests/faults only.

before_connect · committed · answered
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

HOOKS: dict[str, Callable[[uuid.UUID], None]] = {}


def reach(name: str, record_id: uuid.UUID) -> None:
    """Called at the moment `name` of the delivery of a record."""
    if HOOKS and (hook := HOOKS.get(name)):
        hook(record_id)
