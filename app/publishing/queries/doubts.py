"""Posts that looks of a record have seen and that may be its own, as they stand in the attempts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.accounts import queries as account_queries
from app.core.db import db
from app.lib.storable import storable
from app.platforms.base import Candidate
from app.publishing.models import PublishAttempt, PublishRecord

MOST = 10


def candidates_json(found: Iterable[Candidate]) -> dict[str, Any]:
    """Candidates as an attempt keeps them; {} for none."""
    rows = []
    for one in list(found)[:MOST]:
        made = one.created_at.isoformat() if one.created_at else None
        rows.append(storable({**asdict(one), "created_at": made, "differs": list(one.differs)}))
    return {"candidates": rows} if rows else {}


def candidates(record: PublishRecord) -> list[Candidate]:
    """What the newest look of the open question saw that may be this post, without what other records have by now."""
    seen = sa.select(PublishAttempt.response).where(
        PublishAttempt.record_id == record.id,
        PublishAttempt.step == "reconcile",
        PublishAttempt.generation == record.generation,
        PublishAttempt.response.has_key("candidates"),
    )
    response = db.session.scalar(seen.order_by(PublishAttempt.started_at.desc()).limit(1))
    found = [_parse(one) for one in (response or {}).get("candidates", [])]
    taken = _owned_elsewhere(record, [one.post_id for one in found]) if found else set()
    return [one for one in found if one.post_id not in taken]


def _owned_elsewhere(record: PublishRecord, ids: list[str]) -> set[str | None]:
    mine = account_queries.list_ids_at_place(record.credential_id) if record.credential_id else []
    return set(
        db.session.scalars(
            sa.select(PublishRecord.platform_post_id).where(
                PublishRecord.credential_id.in_(mine),
                PublishRecord.platform_post_id.in_(ids),
                PublishRecord.id != record.id,
            )
        )
    )


def _parse(row: Mapping[str, Any]) -> Candidate:
    made = datetime.fromisoformat(row["created_at"]) if row.get("created_at") else None
    return Candidate(
        str(row["post_id"]),
        str(row.get("url") or ""),
        str(row.get("text") or ""),
        made,
        tuple(row.get("differs") or ()),
    )
