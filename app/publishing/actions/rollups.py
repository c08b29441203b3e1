"""What jobs and items keep of their records: a job's status, an item's counts of open and live ones."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import sqlalchemy as sa

from app.content.actions import keep_open_records
from app.core import actor
from app.core.db import db
from app.publishing.actions.locking import lock_jobs
from app.publishing.models import OPEN
from app.publishing.rollup import job_status

# Statuses of the job's records; open records of the item; live ones of its approved version.
_COUNT = sa.text(f"""
SELECT w.job, c.* FROM unnest(CAST(:jobs AS uuid[]), CAST(:items AS uuid[]), CAST(:approved AS uuid[])) AS w(job, item, approved)
CROSS JOIN LATERAL (
  SELECT array_agg(r.status) FILTER (WHERE r.job_id = w.job) AS statuses, count(*) FILTER (WHERE r.status IN {OPEN}) AS open,
    count(*) FILTER (WHERE r.status = 'success' AND j.artifact_id = w.approved) AS live
  FROM publish_records r JOIN publish_jobs j ON j.id = r.job_id WHERE j.content_id = w.item) c
""")  # noqa: S608  (constants of this file; values are bound)
_MOVE = sa.text("UPDATE publish_jobs SET status = :status WHERE id = :job")


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
    jobs = lock_jobs(job_ids)
    wanted = {
        "jobs": [job.id for job in jobs],
        "items": [job.content_id for job in jobs],
        "approved": [job.approved_version_id for job in jobs],
    }
    found = {row.job: row for row in db.session.execute(_COUNT, wanted)}
    statuses = {job.id: job_status(found[job.id].statuses or []) for job in jobs}
    moved = [{"job": job.id, "status": statuses[job.id]} for job in jobs if statuses[job.id] != job.status]
    if moved:
        db.session.execute(_MOVE, moved)
    counts = {job.content_id: (found[job.id].open, found[job.id].live) for job in jobs}
    known = {job.content_id: (job.open_records, job.live_records) for job in jobs}
    if changed := {item: pair for item, pair in counts.items() if pair != known[item]}:
        keep_open_records(changed, {job.content_id: by[job.id] for job in jobs if job.id in by})


def recount(item_id: uuid.UUID, approved_version_id: uuid.UUID | None) -> None:
    """The counts of an item, locked by the caller, of which another version is approved now."""
    wanted = {"jobs": [None], "items": [item_id], "approved": [approved_version_id]}
    row = db.session.execute(_COUNT, wanted).one()
    keep_open_records({item_id: (row.open, row.live)})
