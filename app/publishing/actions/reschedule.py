"""Another moment for a record that waits, or no limit for it this once."""

from __future__ import annotations

from datetime import datetime

from app.accounts import queries as account_queries
from app.audit import actions as audit
from app.core.db import database_now, db
from app.lib.errors import Conflict
from app.publishing.actions.cadence import require_free_moment
from app.publishing.actions.campaign import require_campaign_of_job
from app.publishing.actions.lease import release
from app.publishing.actions.locking import lock_record
from app.publishing.actions.schedule import refuse_past
from app.publishing.actions.wake import wake
from app.publishing.models import PublishJob, PublishRecord


def reschedule(record: PublishRecord, at: datetime) -> PublishRecord:
    """Another moment for a record that waits. Raises Invalid for a past moment or a broken limit, Conflict when sent."""
    row = lock_record(record.id)
    if row.status not in ("pending", "retrying"):
        raise Conflict(f"This record is {row.status}; only a waiting one can be moved.")
    refuse_past(at, "This moment has passed. Choose a later one.")
    job = db.session.get_one(PublishJob, row.job_id)
    require_campaign_of_job(job, row.platform, at)
    if row.credential_id:
        require_free_moment([account_queries.by_id(row.credential_id)], at, job.timezone, without=row.id)
    before, row.due_at, row.next_retry_at = row.due_at, at, None
    release(row)
    row.crash_count = 0
    job.scheduled_at = min(r.due_at for r in job.records if r.status in ("pending", "retrying"))
    audit.record("publishing.reschedule", row, label=row.label, due_at=[before, at])
    wake()
    return row


def waive_limits(record: PublishRecord) -> PublishRecord:
    """An operator lets a waiting record pass the gap and the daily cap once."""
    row = lock_record(record.id)
    if row.status not in ("pending", "retrying"):
        raise Conflict(f"This record is {row.status}; it waits for no limit.")
    row.limit_waived_at, row.next_retry_at = database_now(), None if row.status == "pending" else row.next_retry_at
    audit.record("publishing.waive_limits", row, label=row.label)
    wake()
    return row
