"""What a person does with one record: cancel, another moment, replay, pass the limits once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Response, url_for

from app.publishing import actions
from app.publishing.forms import MoveForm
from app.publishing.queries import jobs as job_queries
from app.publishing.queries import record as record_queries
from app.publishing.views.blueprint import bp
from app.web.auth import requires
from app.web.forms import Form, submit
from app.web.pages import back_to, render


def _record_url(record_id: uuid.UUID) -> str:
    return url_for(".record", record_id=record_id)


def _run(record_id: uuid.UUID, verb: Callable[[Any], Any], toast: str) -> Response:
    verb(record_queries.by_id(record_id))
    return back_to(_record_url(record_id), toast)


@bp.post("/records/<uuid:record_id>/replay")
@requires("operator")
def replay(record_id: uuid.UUID) -> Response:
    return _run(record_id, actions.replay, "Queued again. It goes out as soon as a worker is free.")


@bp.post("/records/<uuid:record_id>/waive")
@requires("operator")
def waive(record_id: uuid.UUID) -> Response:
    return _run(record_id, actions.waive_limits, "It passes the gap and the daily cap this once.")


@bp.route("/records/<uuid:record_id>/cancel", methods=["GET", "POST"])
@requires("operator")
def cancel(record_id: uuid.UUID) -> Response:
    record = record_queries.by_id(record_id)
    ask = "publishing/cancel.html"
    sent = record.status in ("unknown", "confirming")
    toast = "It is not sent again; we still find out whether it is out." if sent else "Cancelled. It does not go out."
    form = Form()
    again = partial(
        render, ask, title="Cancel this publish?", action=_cancel_url(record_id), back=_record_url(record_id), sent=sent
    )
    return _ask(form, again, lambda f: actions.cancel_record(record), _record_url(record_id), toast)


def _cancel_url(record_id: uuid.UUID) -> str:
    return url_for(".cancel", record_id=record_id)


def _ask(form: Form, again: Callable[[], Response], act: Callable[[Any], Any], then: str, toast: str) -> Response:
    """GET shows the question as a page (the dialog without JavaScript), POST acts."""
    return submit(form, act, again=again, then=then, toast=toast) if form.is_submitted() else again()


@bp.route("/records/<uuid:record_id>/move", methods=["GET", "POST"])
@requires("operator")
def move(record_id: uuid.UUID) -> Response:
    record = record_queries.by_id(record_id)
    job = job_queries.job_page(record.job_id)
    form = MoveForm()
    if not form.is_submitted():
        form.fill(record.due_at, job.job.timezone)
    again = partial(
        render, "publishing/move.html", form=form, record=record, item=job.item, back=_record_url(record_id)
    )
    return _ask(
        form, again, lambda f: actions.reschedule(record, f.chosen()), _record_url(record_id), "Moved to its new time."
    )


@bp.route("/jobs/<uuid:job_id>/cancel", methods=["GET", "POST"])
@requires("operator")
def cancel_job(job_id: uuid.UUID) -> Response:
    job, back = job_queries.job_page(job_id), url_for(".job", job_id=job_id)
    again = partial(
        render,
        "publishing/cancel.html",
        title="Cancel this job?",
        action=url_for(".cancel_job", job_id=job_id),
        back=back,
        sent=False,
        job=job,
    )
    return _ask(Form(), again, lambda f: actions.cancel_job(job.job), back, "Cancelled. What waited does not go out.")
