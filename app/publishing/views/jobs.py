"""The queue of jobs and one job."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Response, make_response, request

from app.lib import clock
from app.publishing.pages import badges
from app.publishing.queries import jobs as queries
from app.publishing.queries import records as record_list
from app.publishing.views.blueprint import bp
from app.web.auth import requires
from app.web.csv_export import csv_response
from app.web.pages import render
from app.web.view_marks import poll


@bp.get("/jobs")
@requires("viewer")
def jobs() -> Response:
    page = queries.JOBS.page(request.args)
    records = queries.records_of(page)
    keys = _keys([row for group in records.values() for row in group])
    return render(
        "publishing/jobs.html", region="results", page=page, records=records, keys=keys, badges=badges,
        key_of=lambda job: badges.job_badge_key(job.status, [keys[row.id] for row in records.get(job.id, ())]),
    )  # fmt: skip


@bp.get("/jobs.csv")
@requires("viewer")
def jobs_csv() -> Response:
    return csv_response(queries.EXPORT, request.args, queries.COLUMNS, "publish-jobs")


@bp.get("/jobs/<uuid:job_id>")
@requires("viewer")
def job(job_id: uuid.UUID) -> Response:
    return render("publishing/job.html", **_page_of(job_id))


@bp.get("/jobs/<uuid:job_id>/live")
@requires("viewer")
@poll
def job_live(job_id: uuid.UUID) -> Response:
    """204 while nothing has changed since the version the page shows, else the whole region; a new badge is said aloud."""
    if request.args.get("v") == queries.version(job_id):
        return make_response("", 204)
    page = _page_of(job_id)
    return render("publishing/job.html", block="job", **page, announce=page["key"] != request.args.get("was"))


def _page_of(job_id: uuid.UUID) -> dict[str, Any]:
    """The context of the job page. Its version is read first: what changes while the rest is read is then shown by the next
    poll; read last, it would name a state that the page does not show, and every poll would find nothing new."""
    version = queries.version(job_id)
    details = queries.job_page(job_id)
    keys = _keys(queries.hold_subjects(details.job, details.records), details.records)
    return {
        "page": details, "keys": keys, "key": badges.job_badge_key(details.job.status, list(keys.values())),
        "moving": badges.poll_interval(keys.values()), "version": version, "now": clock.now(), "badges": badges,
    }  # fmt: skip


def _keys(covered: Sequence[Any], rows: Sequence[Any] | None = None) -> dict[uuid.UUID, str]:
    """The badge of each record; `covered` are the same records with what a hold may be placed on."""
    held, now = badges.held_ids(record_list.holds_over(row.id for row in covered), covered), clock.now()
    return {r.id: badges.badge_key(r.status, r.due_at, r.next_retry_at, now, r.id in held) for r in rows or covered}
