"""Rows of one shape for parts of a union: what kind they are, and their facts as JSON."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def json_row(kind: str, /, **columns: Any) -> sa.Select[Any]:
    """(kind, data): the columns by their names."""
    pairs = [part for name, column in columns.items() for part in (sa.literal(name), column)]
    return sa.select(sa.literal(kind).label("kind"), sa.func.jsonb_build_object(*pairs).label("data"))
