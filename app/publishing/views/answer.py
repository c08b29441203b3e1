"""The open question of a record whose outcome nobody knows: it is there, send again, give up."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial

from flask import Response, url_for

from app.core import clock_state
from app.platforms import registry
from app.publishing.actions.open_question import settle_by_person
from app.publishing.forms import AnswerForm
from app.publishing.models import PublishRecord
from app.publishing.queries import doubts, record
from app.publishing.queries.last_call import last_call_at
from app.publishing.queries.post_sent import post_sent
from app.publishing.views.blueprint import bp
from app.web.auth import requires
from app.web.forms import submit
from app.web.pages import render

TOASTS = {
    "there": "Noted: it is out, and the link is its proof.",
    "send_again": "It is sent again.",
    "give_up": "Given up. It counts as not published.",
}


def _toast(row: PublishRecord, answered: str) -> str:
    """What became of the answer: a proof that came meanwhile counts instead."""
    if row.status == "success" and answered != "there":
        return "It is out: the platform's answer has come meanwhile, so nothing else was done."
    return TOASTS[answered]


def absent_from(page: record.RecordPage) -> datetime | None:
    """Until then the first request may still be alive at the platform; None where the same key makes a double impossible."""
    spec = registry.get(page.record.platform).spec
    if spec.resend_safety == "proved":
        return None
    began = last_call_at(page.record.id) or page.record.unknown_since
    if not began:
        return None
    return clock_state.age_counts_from(began, page.now) + spec.absent_after


@bp.route("/records/<uuid:record_id>/answer", methods=["GET", "POST"])
@requires("operator")
def answer(record_id: uuid.UUID) -> Response:
    page = record.record_page(record_id)
    sure_at = absent_from(page)
    form = AnswerForm()
    form.is_early = sure_at is not None and page.now < sure_at
    found = doubts.candidates(page.record) if page.record.status == "unknown" else []
    form.candidates = [candidate.post_id for candidate in found]
    again = partial(
        render, "publishing/answer.html", form=form, page=page, sure_at=sure_at, early=form.is_early, candidates=found,
        sent=post_sent(page.record, page.item, page.artifact) if page.artifact else None,
    )  # fmt: skip
    if not form.is_submitted():
        return again()
    return submit(
        form, lambda f: settle_by_person(page.record, f.answer.data, f.link.data or None, f.is_confirmed()), again=again,
        then=url_for(".record", record_id=record_id), toast=lambda row: _toast(row, form.answer.data),
    )  # fmt: skip
