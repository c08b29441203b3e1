"""The open question of a record whose outcome nobody knows: it is there, send again, give up."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial

from flask import Response, url_for

from app.core import clock_state
from app.platforms import registry
from app.publishing.actions.operator import settle_by_person
from app.publishing.forms import AnswerForm
from app.publishing.models import PublishRecord
from app.publishing.queries import doubts, record
from app.publishing.queries.sent import sent
from app.publishing.views.blueprint import bp
from app.web.auth import requires
from app.web.forms import submit
from app.web.pages import render

SAID = {
    "there": "Noted: it is out, and the link is its proof.",
    "send_again": "It is sent again.",
    "give_up": "Given up. It counts as not published.",
}


def _said(row: PublishRecord, answered: str) -> str:
    """What became of the answer: a proof that came meanwhile counts instead."""
    if row.status == "success" and answered != "there":
        return "It is out: the platform's answer has come meanwhile, so nothing else was done."
    return SAID[answered]


def surely_absent_at(seen: record.Shown) -> datetime | None:
    """Until then the first request may still be alive at the platform; None where the same key makes a double impossible."""
    spec = registry.get(seen.record.platform).spec
    began = max((a.started_at for a in seen.attempts if a.step == "commit"), default=seen.record.unknown_since)
    if not began or spec.resend_safety == "proved":
        return None
    return clock_state.since(began, seen.now) + spec.absent_after


@bp.route("/records/<uuid:record_id>/answer", methods=["GET", "POST"])
@requires("operator")
def answer(record_id: uuid.UUID) -> Response:
    seen = record.shown(record_id)
    sure_at = surely_absent_at(seen)
    form = AnswerForm()
    form.is_early = sure_at is not None and seen.now < sure_at
    found = doubts.candidates(seen.record) if seen.record.status == "unknown" else []
    form.candidates = [candidate.post_id for candidate in found]
    page = partial(
        render, "publishing/answer.html", form=form, one=seen, sure_at=sure_at, early=form.is_early, candidates=found,
        sent=sent(seen.record, seen.item, seen.artifact) if seen.artifact else None,
    )  # fmt: skip
    if not form.is_submitted():
        return page()
    return submit(
        form, lambda f: settle_by_person(seen.record, f.answer.data, f.link.data or None, f.is_confirmed()), again=page,
        then=url_for(".record", record_id=record_id), toast=lambda row: _said(row, form.answer.data),
    )  # fmt: skip
