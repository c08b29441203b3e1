"""What an answer leaves on the record beside its state: how the stored post differs, and what a refusal is to be blamed on.

Kept in the record's metadata under `remarks` and `blame`. The next verdict replaces the blame. Remarks are about the post that
is there and are shown for one only, so the answer to a call that made a post replaces them, and nothing takes them away.
"""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.delivery.actions.write import MergedJson, merge_json
from app.platforms.base import Verdict
from app.publishing.models import PublishRecord

META: Any = PublishRecord.meta
MOST = 12
LOOKUP = "look:"
"""How a verdict begins that a look has found and no call: it compares less, or nothing."""


def metadata(verdict: Verdict) -> MergedJson:
    """The new value of the metadata column after this verdict; everything else in it stays."""
    said = list(verdict.remarks[:MOST])
    made = verdict.outcome == "yes" and not verdict.matched_by.startswith(LOOKUP)
    told = {**({"remarks": said} if said else {}), **({"blame": verdict.blame} if verdict.blame else {})}
    return MergedJson(told, ("blame", "remarks") if made or said else ("blame",))


def metadata_column(said: tuple[str, ...]) -> dict[str, Any]:
    """The record's column after a look or a confirmation, which may know how the post differs; {} leaves it as it is."""
    return {"metadata": MergedJson({"remarks": list(said[:MOST])}, ("remarks",))} if said else {}


def store_late(record_id: uuid.UUID, verdict: Verdict) -> None:
    """An answer that found its record in other hands: it is kept there, unless it is about another post than the record's."""
    own = sa.func.coalesce(PublishRecord.platform_post_id, verdict.post_id) == verdict.post_id
    its = own if verdict.outcome == "yes" else PublishRecord.status == "unknown"
    told, without = metadata(verdict)
    db.session.execute(
        sa.update(PublishRecord)
        .where(PublishRecord.id == record_id, its)
        .values(meta=merge_json(META, without, sa.literal(told, META.type))),
        execution_options={"synchronize_session": False},
    )
