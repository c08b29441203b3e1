"""Notices: what one should know, with the way there."""

from __future__ import annotations

import uuid

from flask import Response, request, url_for
from flask_login import current_user

from app.operations.actions import mark_all_read, mark_read
from app.operations.forms import PlainForm
from app.operations.queries.notices import listing
from app.operations.views import bp
from app.operations.words import KINDS
from app.web.auth import requires
from app.web.forms import submit
from app.web.pages import back_to, render
from app.web.writes import writes


@bp.get("/notices")
@requires("viewer")
def notices() -> Response:
    return render(
        "operations/notices.html", region="results", page=listing(current_user.id).page(request.args), kinds=KINDS
    )


@bp.get("/notices/<uuid:notice_id>")
@requires("viewer")
@writes
def open_notice(notice_id: uuid.UUID) -> Response:
    """Opening it is reading it: the one GET here that is kept."""
    return back_to(mark_read(notice_id, current_user.id).url or url_for("operations.notices"))


@bp.post("/notices/read")
@requires("viewer")
def read_notices() -> Response:
    return submit(
        PlainForm(),
        lambda _: mark_all_read(current_user.id),
        notices,
        then=url_for("operations.notices"),
        toast=lambda count: f"{count} marked as read.",
    )
