"""Named moments of a delivery at which a test can stop a worker or break a server. Empty but in tests/faults.

claimed · before_<step> and after_<step> of every step that commits · before_connect · before_commit · committed · answered
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

HOOKS: list[Callable[[str, uuid.UUID], None]] = []


def failpoint(name: str, record_id: uuid.UUID) -> None:
    """Called at the moment `name` of the delivery of a record."""
    for hook in HOOKS:
        hook(name, record_id)
