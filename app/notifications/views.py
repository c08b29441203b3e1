"""Notices: what one should know, with the way there."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from app.core.notices import KINDS
from app.notifications import actions
from app.notifications.queries import listing
from app.web.auth import requires
from app.web.forms import PlainForm, submit
from app.web.pages import back_to, render
from app.web.view_marks import commits_on_get

bp = Blueprint("notifications", __name__)


@bp.get("/notices")
@requires("viewer")
def index() -> Response:
    return render(
        "notifications/index.html", region="results", page=listing(current_user.id).page(request.args), kinds=KINDS
    )


@bp.get("/notices/<uuid:notice_id>")
@requires("viewer")
@commits_on_get
def show(notice_id: uuid.UUID) -> Response:
    """Opening it is reading it: the one GET here that is kept."""
    return back_to(actions.mark_read(notice_id).url or url_for("notifications.index"))


@bp.post("/notices/read")
@requires("viewer")
def mark_read() -> Response:
    return submit(
        PlainForm(),
        lambda _: actions.mark_all_read(),
        index,
        then=url_for("notifications.index"),
        toast=lambda count: f"{count} marked as read.",
    )
