"""What a person does with one record: cancel, another moment, replay, pass the limits once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Response, url_for

from app.publishing.actions import cancel as cancelling
from app.publishing.actions import operator
from app.publishing.forms import MoveForm
from app.publishing.queries import jobs as job_queries
from app.publishing.queries import record as record_queries
from app.publishing.views.blueprint import bp
from app.web.auth import requires
from app.web.forms import Form, submit
from app.web.pages import back_to, render


def _to(record_id: uuid.UUID) -> str:
    return url_for(".record", record_id=record_id)


def _does(record_id: uuid.UUID, verb: Callable[[Any], Any], said: str) -> Response:
    verb(record_queries.record(record_id))
    return back_to(_to(record_id), said)


@bp.post("/records/<uuid:record_id>/replay")
@requires("operator")
def replay(record_id: uuid.UUID) -> Response:
    return _does(record_id, operator.replay, "Queued again. It goes out as soon as a worker is free.")


@bp.post("/records/<uuid:record_id>/waive")
@requires("operator")
def waive(record_id: uuid.UUID) -> Response:
    return _does(record_id, operator.waive_limits, "It passes the gap and the daily cap this once.")


@bp.route("/records/<uuid:record_id>/cancel", methods=["GET", "POST"])
@requires("operator")
def cancel(record_id: uuid.UUID) -> Response:
    record = record_queries.record(record_id)
    ask = "publishing/cancel.html"
    sent = record.status in ("unknown", "confirming")
    said = "It is not sent again; we still find out whether it is out." if sent else "Cancelled. It does not go out."
    form = Form()
    again = partial(render, ask, title="Cancel this publish?", action=_here(record_id), back=_to(record_id), sent=sent)
    return _ask(form, again, lambda f: cancelling.cancel_record(record), _to(record_id), said)


def _here(record_id: uuid.UUID) -> str:
    return url_for(".cancel", record_id=record_id)


def _ask(form: Form, again: Callable[[], Response], act: Callable[[Any], Any], then: str, said: str) -> Response:
    """GET shows the question as a page (the dialog without JavaScript), POST acts."""
    return submit(form, act, again=again, then=then, toast=said) if form.is_submitted() else again()


@bp.route("/records/<uuid:record_id>/move", methods=["GET", "POST"])
@requires("operator")
def move(record_id: uuid.UUID) -> Response:
    seen = record_queries.record(record_id)
    job = job_queries.shown(seen.job_id)
    form = MoveForm()
    if not form.is_submitted():
        form.fill(seen.due_at, job.job.timezone)
    again = partial(render, "publishing/move.html", form=form, record=seen, item=job.item, back=_to(record_id))
    return _ask(form, again, lambda f: operator.reschedule(seen, f.chosen()), _to(record_id), "Moved to its new time.")


@bp.route("/jobs/<uuid:job_id>/cancel", methods=["GET", "POST"])
@requires("operator")
def cancel_job(job_id: uuid.UUID) -> Response:
    seen, back = job_queries.shown(job_id), url_for(".job", job_id=job_id)
    again = partial(
        render,
        "publishing/cancel.html",
        title="Cancel this job?",
        action=url_for(".cancel_job", job_id=job_id),
        back=back,
        sent=False,
        job=seen,
    )
    return _ask(
        Form(), again, lambda f: cancelling.cancel_job(seen.job), back, "Cancelled. What waited does not go out."
    )
