"""Deciding and undoing. After a decision the next item comes by itself."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, url_for

from app.content import queries as contents
from app.lib import clock
from app.lib.errors import Conflict, Forbidden, Invalid, TooMany
from app.reviews import actions, navigation, queries, rules
from app.reviews.forms import DecisionForm
from app.reviews.views.blueprint import bp
from app.reviews.views.messages import PageMessage
from app.reviews.views.page import render_request
from app.reviews.views.queue import open_details, render_empty_queue
from app.reviews.views.queue_filters import Filters, queue_filters
from app.web.auth import requires
from app.web.form_recovery import recovers_form
from app.web.forms import attempt
from app.web.pages import back_to, render, toast, wants_fragment
from app.web.template_globals import moment_in_text

DONE = {"approved": "Approved", "rejected": "Rejected", "changes_requested": "Changes requested"}


@bp.get("/<uuid:request_id>/<any(reject, request_changes):decision>")
@requires("reviewer")
def new_decision(request_id: uuid.UUID, decision: str) -> Response:
    """The dialog as a page, for browsers without JavaScript."""
    details, form = queries.details(request_id), DecisionForm(formdata=None, decision=decision)
    form.artifact_id.data, form.content_hash.data = str(details.artifact.id), details.request.content_hash
    form.plan_hash.data = contents.plan_hash(details.item)
    form.shown_hash.data = contents.posts_hash(details.item, details.artifact)
    return render("reviews/decide.html", details=details, form=form, args=queue_filters(), reasons=rules.REASONS)


@bp.post("/<uuid:request_id>/decisions")
@recovers_form({"note": "Note"})
@requires("reviewer")
def decide(request_id: uuid.UUID) -> Response:
    """One decision; answers with the next item, or with this one and why not."""
    form, args = DecisionForm(), queue_filters()
    rows = [row.id for row in queries.queue(args)]
    try:
        with attempt():
            _refuse_second_press(form)
            done = actions.decide(request_id, form.decision.data or "", **_form_values(form))
    except (Invalid, Conflict, Forbidden, TooMany) as error:
        return _render_refusal(request_id, args, form, error)
    return _render_next(
        navigation.after_decision(rows, request_id), args, _toast_text(done), _undo_url(request_id, args)
    )


def _refuse_second_press(form: DecisionForm) -> None:
    if navigation.is_second_press(form.came_at.data or "", clock.now()):
        raise Conflict("This item had only just appeared when you pressed. Read it, then decide.")


def _form_values(form: DecisionForm) -> dict[str, Any]:
    return {
        "artifact_id": form.artifact_id.data or "",
        "content_hash": form.content_hash.data or "",
        "plan_hash": form.plan_hash.data or "",
        "shown_hash": form.shown_hash.data or "",
        "note": form.note.data or "",
        "reasons": (form.reason.data,) if form.reason.data in rules.REASONS and form.decision.data != "approve" else (),
        "schedule": form.schedule.data == "1",
    }


def _render_next(following: uuid.UUID | None, args: Filters, text: str, undo: str) -> Response:
    url = url_for("reviews.show", request_id=following, **args) if following else url_for("reviews.index", **args)
    if not wants_fragment():
        return back_to(url_for("reviews.show", request_id=following, came=1, **args) if following else url, text, undo)
    if following:
        answer = render_request(following, args=args, has_moved=True, came=True, details=open_details(following))
    else:
        answer = render_empty_queue(args)
    answer.headers["HX-Push-Url"] = url
    return toast(answer, text, undo)


def _render_refusal(
    request_id: uuid.UUID, args: Filters, form: DecisionForm, error: Invalid | Conflict | Forbidden | TooMany
) -> Response:
    """The same item, with what is wrong; a message reaches the screen whatever htmx does with the status."""
    typed = (form.note.data or "").strip()[: rules.SENTENCE_MAX]
    if isinstance(error, Invalid):
        if "note" not in error.errors:
            return render_request(
                request_id, args=args, notice=PageMessage("Not decided", error.message, 422, "bad", typed)
            )
        form.fail(error.errors)
        if wants_fragment():
            return render_request(request_id, args=args, form=form, status=422)
        details = queries.details(request_id)
        return render("reviews/decide.html", status=422, details=details, form=form, args=args, reasons=rules.REASONS)
    title = {403: "You may not decide this one", 409: "Nothing was changed", 429: "That was fast"}[error.status]
    answer = render_request(request_id, args=args, notice=PageMessage(title, error.message, error.status, typed=typed))
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return toast(answer, error.message) if error.status in (403, 429) and wants_fragment() else answer


def _toast_text(done: actions.DecisionResult) -> str:
    if done.settled is None:
        return "Your vote is noted. Others are still asked."
    title = contents.by_id(done.request.related_entity_id).title
    text = f"{DONE.get(done.settled, 'Decided')}: {title if len(title) <= 60 else title[:59] + '…'}"
    return f"{text}. Scheduled for {moment_in_text(done.job.scheduled_at)}" if done.job is not None else text


def _undo_url(request_id: uuid.UUID, args: Filters) -> str:
    return url_for("reviews.undo", request_id=request_id, **args)


@bp.post("/<uuid:request_id>/undo")
@requires("reviewer")
def undo(request_id: uuid.UUID) -> Response:
    """Take the decision back; the item is in the queue again, and on the screen."""
    args = queue_filters()
    try:
        with attempt():
            actions.undo(request_id)
    except (Conflict, Forbidden) as error:
        answer = render_request(request_id, args=args, notice=PageMessage("Not undone", error.message, error.status))
        return toast(answer, error.message) if wants_fragment() else answer
    return back_to(url_for("reviews.show", request_id=request_id, **args), "Undone. It is in review again.")
