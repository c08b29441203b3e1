"""A failed record goes out once more: the same row, a new generation."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from app.audit import actions as audit
from app.core import settings
from app.core.db import database_now, db
from app.core.queue import enqueue
from app.lib.errors import Conflict
from app.publishing.actions.lease import release
from app.publishing.actions.locking import lock_record, lock_records
from app.publishing.actions.resend import new_generation, refuse_resend
from app.publishing.actions.rollups import derive
from app.publishing.actions.wake import wake
from app.publishing.models import RECORD, PublishRecord

BULK = 500


def replay(record: PublishRecord) -> PublishRecord:
    """failed → pending, the same row: a new generation, tries and errors cleared. What was ever unknown looks first."""
    row = lock_record(record.id)
    if row.status != "failed":
        raise Conflict(f"This record is {row.status}; only a failed one can be sent again from here.")
    refuse_resend(row)
    RECORD.move(row, "pending")
    release(row)
    new_generation(row)
    row.retry_count, row.look_count, row.crash_count = 0, 0, 0
    row.max_retries = settings.get("publishing.max_retries")
    row.error_type = row.error_message = row.error_code = row.dead_letter_at = row.dead_letter_reason = None
    row.replayed_at, row.due_at, row.next_retry_at = database_now(), database_now(), None
    row.resend_barred_at = None
    if row.was_unknown:
        row.meta = {**(row.meta or {}), "look_first": True}
    audit.record(
        "publishing.replay",
        row,
        label=row.label,
        status=["failed", "pending"],
        generation=[row.generation - 1, row.generation],
    )
    derive(row.job_id)
    enqueue("delivery.deliver", str(row.id))
    wake()
    return row


def replay_by_cause(
    error_type: str, platform: str | None = None, credential_id: uuid.UUID | None = None
) -> tuple[int, int]:
    """Replay failed records of one cause. Returns (replayed, left out): what was ever unknown is left to a person."""
    failed = sa.select(PublishRecord.id).where(PublishRecord.status == "failed", PublishRecord.error_type == error_type)
    if platform:
        failed = failed.where(PublishRecord.platform == platform)
    if credential_id:
        failed = failed.where(PublishRecord.credential_id == credential_id)
    done = left = 0
    for row in lock_records(db.session.scalars(failed.order_by(PublishRecord.due_at).limit(BULK)).all()):
        if row.was_unknown:
            left += 1
            continue
        try:
            replay(row)
            done += 1
        except Conflict:
            left += 1
    return done, left
