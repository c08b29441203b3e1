"""What an answer leaves on the record beside its state: how the stored post differs, and what a refusal is to be blamed on.

Kept in the record's metadata under `remarks` and `blame`; the next verdict replaces both.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.platforms.base import Verdict
from app.publishing.models import PublishRecord

META: Any = PublishRecord.meta
MOST = 12


def kept(verdict: Verdict) -> Any:
    """The new value of the metadata column; everything else in it stays."""
    told: dict[str, Any] = {"remarks": list(verdict.remarks[:MOST]), "blame": verdict.blame}
    told = {name: value for name, value in told.items() if value}
    empty = sa.literal({}, META.type)
    bare = sa.func.coalesce(META, empty).op("-")(sa.literal("remarks")).op("-")(sa.literal("blame"))
    return bare.op("||")(sa.literal(told, META.type))
