"""Small statements that the verbs share: locking a record, deriving its job and item, waking the dispatcher."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.content.actions import keep_open_records
from app.content.models import ContentItem
from app.core import actor
from app.core.db import app_now, db
from app.ground.errors import NotFound
from app.publishing.models import OPEN, PublishJob, PublishRecord
from app.publishing.rollup import job_status

CHANNEL = "publishing"
JOBS: sa.Table = PublishJob.__table__  # type: ignore[assignment]
ITEMS: sa.Table = ContentItem.__table__  # type: ignore[assignment]
RECORDS: sa.Table = PublishRecord.__table__  # type: ignore[assignment]


def person() -> uuid.UUID | None:
    """Who acts, when it is a person."""
    who = actor.current()
    return uuid.UUID(who.id) if who.type == "human" and who.id else None


def now() -> datetime:
    """The database's time: a web server's clock may be wrong, the moments in the rows must agree with each other."""
    moment: datetime = db.session.execute(sa.select(app_now())).scalar_one()
    return moment


def locked(record_id: uuid.UUID | str) -> PublishRecord:
    """The record, locked and read anew. Raises NotFound."""
    statement = sa.select(PublishRecord).where(PublishRecord.id == uuid.UUID(str(record_id)))
    found = db.session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such publish record.")
    return found


def named(record: PublishRecord) -> str:
    """How the record is called in the audit list."""
    return f"{record.platform} {record.account_name}".strip()


def wake() -> None:
    """Wake the dispatcher when this transaction is kept."""
    db.session.execute(sa.select(sa.func.pg_notify(CHANNEL, "")))


def derive(job_id: uuid.UUID, flush: bool = True) -> str:
    """Set the job's status and the item's counts from the records as they stand. Returns the job's status.

    The job and the item are locked first and read in a second statement: two records of one job that settle at once
    take turns, so the second one sees the first. `flush` False: nothing was changed through the session, so history written in it can wait for one
    batch.
    """
    if flush:
        db.session.flush()
    with db.session.no_autoflush:
        return _derive(job_id)


def _derive(job_id: uuid.UUID) -> str:
    locks = (
        sa.select(
            JOBS.c.id,
            JOBS.c.status,
            JOBS.c.content_id,
            ITEMS.c.approved_version_id,
            ITEMS.c.open_records,
            ITEMS.c.live_records,
        )
        .join(ITEMS, ITEMS.c.id == JOBS.c.content_id)
        .where(JOBS.c.id == job_id)
        .with_for_update(key_share=True)
    )
    job = db.session.execute(locks).one()
    counts = db.session.execute(_counts(job)).one()
    status = job_status(counts.statuses or [])
    if status != job.status:
        db.session.execute(sa.update(JOBS).where(JOBS.c.id == job_id).values(status=status))
    if (counts.open, counts.live) != (job.open_records, job.live_records):
        keep_open_records(job.content_id, counts.open, counts.live)
    return status


def _counts(job: Any) -> Any:
    """Statuses of the job's records; open records of the item; live ones of its approved version."""
    status = RECORDS.c.status
    live = sa.and_(status == "success", JOBS.c.artifact_id == job.approved_version_id)
    return (
        sa.select(
            sa.func.array_agg(status).filter(RECORDS.c.job_id == job.id).label("statuses"),
            sa.func.count().filter(status.in_(OPEN)).label("open"),
            sa.func.count().filter(live).label("live"),
        )
        .join(JOBS, JOBS.c.id == RECORDS.c.job_id)
        .where(JOBS.c.content_id == job.content_id)
    )
