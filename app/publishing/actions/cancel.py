"""What was scheduled does not go out: one record, a job, or all that waits of a version."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from app.audit import actions as audit
from app.core.db import database_now, db
from app.lib.errors import Conflict
from app.publishing.actions.lease import release
from app.publishing.actions.locking import lock_record
from app.publishing.actions.rollups import derive
from app.publishing.models import FINAL, RECORD, PublishJob, PublishRecord


def cancel_record(record: PublishRecord) -> PublishRecord:
    """pending, retrying → cancelled. Unknown or confirming: barred from being sent again, and settled by looking."""
    row = lock_record(record.id)
    if row.status == "publishing":
        raise Conflict("It is being sent at this moment. Wait for its outcome.")
    if row.status in ("unknown", "confirming"):
        row.resend_barred_at = row.resend_barred_at or database_now()
        release(row)
        audit.record(
            "publishing.cancel",
            row,
            label=row.label,
            note="It is not sent again; we still find out whether it is out.",
        )
        return row
    before = RECORD.move(row, "cancelled")
    release(row)
    audit.record("publishing.cancel", row, label=row.label, status=[before, "cancelled"])
    derive(row.job_id)
    return row


def cancel_job(job: PublishJob) -> int:
    """Cancel all records of a job that can be; returns how many. Raises Conflict when none can.

    All are locked before the first is changed: a worker that settles one of them holds it and waits for the job.
    """
    rows = db.session.scalars(
        sa.select(PublishRecord)
        .where(PublishRecord.job_id == job.id)
        .order_by(PublishRecord.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    waiting = [row for row in rows if row.status in ("pending", "retrying", "unknown", "confirming")]
    if not waiting:
        raise Conflict("Nothing of this job waits any more.")
    for row in waiting:
        cancel_record(row)
    return len(waiting)


def cancel_unclaimed(artifact_id: uuid.UUID) -> int:
    """Cancel what was scheduled of a version (the undo of a decision). Raises Conflict once a record was claimed."""
    mine = sa.select(PublishJob.id).where(PublishJob.artifact_id == artifact_id)
    rows = db.session.scalars(
        sa.select(PublishRecord)
        .where(PublishRecord.job_id.in_(mine))
        .order_by(PublishRecord.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if any(row.claimed_at is not None for row in rows if row.status != "cancelled"):
        raise Conflict("A worker has taken a record of this version already, so the decision stands.")
    waiting = [row for row in rows if row.status not in FINAL]
    for row in waiting:
        row.status = "cancelled"
        release(row)
        audit.record("publishing.cancel", row, label=row.label, note="The approval was undone.")
    derive(*{row.job_id for row in waiting})
    return len(waiting)
