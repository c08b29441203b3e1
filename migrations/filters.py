"""What autogenerate looks past: child partitions, and DDL that no model declares (a test compares that by name)."""

from __future__ import annotations

import re
from typing import Any

HAND_WRITTEN = {"schema_migrations", "alembic_version"}
HAND_WRITTEN_INDEXES: set[str] = set()
PARTITION = re.compile(r"_(y?\d{4}_?m?\d{2}|default)$")


def include_object(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    """Alembic's hook: whether to compare this object."""
    if kind == "table":
        return name not in HAND_WRITTEN and not PARTITION.search(name or "")
    if kind == "index":
        return name not in HAND_WRITTEN_INDEXES
    return True
