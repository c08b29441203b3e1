"""Asking for a review, taking it back, commenting."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from flask import Response, url_for
from flask_login import current_user

from app.content import queries as contents
from app.lib.errors import Conflict, Invalid
from app.reviews import actions, queries
from app.reviews.forms import AskForm, CommentForm
from app.reviews.models import ApprovalRequest
from app.reviews.views.blueprint import bp
from app.reviews.views.messages import PageMessage
from app.reviews.views.page import render_request
from app.reviews.views.queue_filters import queue_filters
from app.staff import queries as people
from app.web.auth import requires
from app.web.form_recovery import recovers_form
from app.web.forms import Form, options, submit
from app.web.pages import back_to, render

if TYPE_CHECKING:
    from app.content.models import ContentItem


@bp.get("/new/<uuid:content_id>")
@requires("editor")
def new(content_id: uuid.UUID) -> Response:
    """The form: note, due time, reviewer."""
    item = contents.by_id(content_id)
    is_anew = item.current_version_id and contents.uncovered_platforms(item, contents.current(item))
    if item.status not in ("draft", "needs_revision") and not is_anew:
        status = item.status.replace("_", " ")
        raise Conflict(f"This content is {status}. Only a draft can be sent to review; editing it makes one.")
    return _render_form(item, _empty_form(item))


@bp.post("")
@recovers_form({"note": "Note to the reviewer"})
@requires("editor")
def create() -> Response:
    """Ask for a review of the version that the page showed."""
    form = AskForm()
    item = contents.by_id(form.content_id.data or "")
    form.assigned_to.choices = options(_reviewers())
    return submit(
        form,
        act=lambda f: _ask(item, f),
        again=lambda: _render_form(item, form),
        then=lambda row: url_for("content.show", item_id=row.related_entity_id),
        toast="Sent to review. You hear when somebody has decided.",
    )


def _ask(item: ContentItem, form: Form) -> ApprovalRequest:
    chosen = form.assigned_to.data or None
    if chosen and chosen not in dict(_reviewers()):
        raise Invalid({"assigned_to": "Choose a reviewer from the list."})
    return actions.ask(
        item,
        contents.artifact(form.artifact_id.data or item.current_version_id),
        note=form.note.data or "",
        due_at=form.due(),
        assigned_to=uuid.UUID(chosen) if chosen else None,
    )


def _empty_form(item: ContentItem) -> AskForm:
    form = AskForm(formdata=None, content_id=str(item.id), artifact_id=str(item.current_version_id))
    form.assigned_to.choices = options(_reviewers())
    return form


def _reviewers() -> list[tuple[str, str]]:
    others = [(key, name) for key, name in people.staff_choices("reviewer") if key != str(current_user.id)]
    return [("", "Anybody who may review"), *others]


def _render_form(item: ContentItem, form: AskForm) -> Response:
    return render("reviews/new.html", item=item, form=form, version=contents.artifact(item.current_version_id))


@bp.post("/<uuid:request_id>/withdrawal")
@requires("editor")
def withdraw(request_id: uuid.UUID) -> Response:
    """The author takes the question back."""
    row = actions.withdraw(request_id)
    return back_to(url_for("content.show", item_id=row.related_entity_id), "Withdrawn. It is a draft again.")


@bp.post("/<uuid:request_id>/comments")
@recovers_form({"body": "Comment"})
@requires("editor")
def comment(request_id: uuid.UUID) -> Response:
    """A remark on the version."""
    details, form = queries.details(request_id), CommentForm()
    try:
        actions.comment(
            details.request,
            details.artifact.version,
            form.body.data or "",
            form.internal.data and current_user.can("reviewer"),
        )
    except Invalid as error:
        return render_request(
            request_id, args=queue_filters(), notice=PageMessage("Not posted", error.errors["body"], 422, "bad")
        )
    return back_to(url_for("reviews.show", request_id=request_id, view="activity", **queue_filters()), "Comment posted")
