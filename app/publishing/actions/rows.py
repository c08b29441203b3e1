"""Small statements that the verbs share: locking a record, deriving its job and item, waking the dispatcher."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from app.content.actions import keep_open_records
from app.core import actor
from app.core.db import app_now, db
from app.lib.errors import NotFound
from app.publishing.models import OPEN, PublishRecord
from app.publishing.rollup import job_status

CHANNEL = "publishing"


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


def locked_together(record_ids: Collection[uuid.UUID]) -> Sequence[PublishRecord]:
    """Several records, read anew: all of them are locked before the first is changed, then their items and jobs. A worker
    that settles some of them takes them in the same order."""
    statement = sa.select(PublishRecord).where(PublishRecord.id.in_(record_ids)).order_by(PublishRecord.id)
    rows = db.session.scalars(statement.with_for_update().execution_options(populate_existing=True)).all()
    db.session.execute(_LOCKED, {"jobs": list({row.job_id for row in rows})})
    return rows


def named(record: PublishRecord) -> str:
    """How the record is called in the audit list."""
    return f"{record.platform} {record.account_name}".strip()


def wake() -> None:
    """Wake the dispatcher when this transaction is kept."""
    db.session.execute(sa.select(sa.func.pg_notify(CHANNEL, "")))


def derive(*job_ids: uuid.UUID, flush: bool = True, by: Mapping[uuid.UUID, actor.Actor] | None = None) -> None:
    """Set the status of jobs, and the counts of their items, from the records as they stand.

    Jobs and items are locked first, always in one order, and read in a second statement: two records of one job that settle
    at once take turns, so the second one sees the first. `flush` False: nothing was changed through the session, so history
    written in it can wait for one batch. `by`: who moves which job, where it is not the current actor.
    """
    if flush:
        db.session.flush()
    with db.session.no_autoflush:
        _derive(list(job_ids), by or {})


def _derive(job_ids: list[uuid.UUID], by: Mapping[uuid.UUID, actor.Actor]) -> None:
    jobs = db.session.execute(_LOCKED, {"jobs": job_ids}).all()
    wanted = {
        "jobs": [job.id for job in jobs],
        "items": [job.content_id for job in jobs],
        "approved": [job.approved_version_id for job in jobs],
    }
    found = {row.job: row for row in db.session.execute(_COUNTED, wanted)}
    statuses = {job.id: job_status(found[job.id].statuses or []) for job in jobs}
    moved = [{"job": job.id, "status": statuses[job.id]} for job in jobs if statuses[job.id] != job.status]
    if moved:
        db.session.execute(_MOVED, moved)
    counts = {job.content_id: (found[job.id].open, found[job.id].live) for job in jobs}
    kept = {job.content_id: (job.open_records, job.live_records) for job in jobs}
    if changed := {item: pair for item, pair in counts.items() if pair != kept[item]}:
        keep_open_records(changed, {job.content_id: by[job.id] for job in jobs if job.id in by})


def recount(item_id: uuid.UUID, approved_version_id: uuid.UUID | None) -> None:
    """The counts of an item, locked by the caller, of which another version is approved now."""
    wanted = {"jobs": [None], "items": [item_id], "approved": [approved_version_id]}
    row = db.session.execute(_COUNTED, wanted).one()
    keep_open_records({item_id: (row.open, row.live)})


# The item first: who schedules or sends again holds it before there is a job to wait for.
_LOCKED = sa.text("""
SELECT j.id, j.status, j.content_id, i.approved_version_id, i.open_records, i.live_records
FROM content_items i JOIN publish_jobs j ON i.id = j.content_id WHERE j.id = ANY(:jobs)
ORDER BY j.content_id, j.id FOR NO KEY UPDATE
""")
# Statuses of the job's records; open records of the item; live ones of its approved version.
_COUNTED = sa.text(f"""
SELECT w.job, c.* FROM unnest(CAST(:jobs AS uuid[]), CAST(:items AS uuid[]), CAST(:approved AS uuid[])) AS w(job, item, approved)
CROSS JOIN LATERAL (
  SELECT array_agg(r.status) FILTER (WHERE r.job_id = w.job) AS statuses, count(*) FILTER (WHERE r.status IN {OPEN}) AS open,
    count(*) FILTER (WHERE r.status = 'success' AND j.artifact_id = w.approved) AS live
  FROM publish_records r JOIN publish_jobs j ON j.id = r.job_id WHERE j.content_id = w.item) c
""")  # noqa: S608  (constants of this file; values are bound)
_MOVED = sa.text("UPDATE publish_jobs SET status = :status WHERE id = :job")
