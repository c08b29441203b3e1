"""Locking, always in one order: records by their id, then their items and jobs (docs/delivery.md)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.lib.errors import NotFound
from app.publishing.models import PublishRecord

# The item first: who schedules or sends again holds it before there is a job to wait for.
_LOCK_JOBS = sa.text("""
SELECT j.id, j.status, j.content_id, i.approved_version_id, i.open_records, i.live_records
FROM content_items i JOIN publish_jobs j ON i.id = j.content_id WHERE j.id = ANY(:jobs)
ORDER BY j.content_id, j.id FOR NO KEY UPDATE
""")


def lock_record(record_id: uuid.UUID | str) -> PublishRecord:
    """The record, locked and read anew. Raises NotFound."""
    statement = sa.select(PublishRecord).where(PublishRecord.id == uuid.UUID(str(record_id)))
    found: PublishRecord | None = db.session.scalar(
        statement.with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("There is no such publish record.")
    return found


def lock_records(record_ids: Collection[uuid.UUID]) -> Sequence[PublishRecord]:
    """Several records, read anew: all of them are locked before the first is changed, then their items and jobs. A worker
    that settles some of them takes them in the same order."""
    statement = sa.select(PublishRecord).where(PublishRecord.id.in_(record_ids)).order_by(PublishRecord.id)
    rows = db.session.scalars(statement.with_for_update().execution_options(populate_existing=True)).all()
    lock_jobs({row.job_id for row in rows})
    return rows


def lock_jobs(job_ids: Collection[uuid.UUID]) -> Sequence[sa.Row[Any]]:
    """Jobs with their items, locked and read anew: (id, status, content_id, approved_version_id, open_records, live_records)."""
    return db.session.execute(_LOCK_JOBS, {"jobs": list(job_ids)}).all()
