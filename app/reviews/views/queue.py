"""The queue page: what waits for me, one item at a time."""

from __future__ import annotations

import uuid

from flask import Response, make_response, redirect, session, url_for
from flask_login import current_user
from htmx_flask import request

from app.lib import clock
from app.reviews import actions, queries
from app.reviews.views.blueprint import bp
from app.reviews.views.page import render_request
from app.reviews.views.queue_filters import SESSION_KEY, Filters, queue_context, queue_filters, save_filters
from app.web.auth import requires
from app.web.pages import render
from app.web.view_marks import commits_on_get


@bp.get("")
@requires("viewer")
def index() -> Response:
    """The first item of the queue, by the filter used last; the list of all requests for people who decide nothing."""
    if not current_user.can("reviewer"):
        return make_response(redirect(url_for("reviews.history")))
    args = queue_filters() or ({} if "clear" in request.args else queue_filters(session.get(SESSION_KEY, {})))
    save_filters(args)
    rows = queries.queue(args)
    if rows:
        return make_response(redirect(url_for("reviews.show", request_id=rows[0].id, **args)))
    return render_empty_queue(args)


def render_empty_queue(args: Filters) -> Response:
    """Nothing waits: say so, and when the next thing is due."""
    return render(
        "reviews/done.html", region="review", details=None, next_due=queries.next_due(), **queue_context([], None, args)
    )


@bp.get("/<uuid:request_id>")
@requires("viewer")
@commits_on_get
def show(request_id: uuid.UUID) -> Response:
    """One request beside the queue. A reviewer who opens a waiting one takes it into review."""
    details = open_details(request_id)
    return render_request(
        request_id, args=queue_filters(), has_moved=_comes_from_another(), came="came" in request.args, details=details
    )


def open_details(request_id: uuid.UUID) -> queries.RequestDetails:
    """Who may decide and sees a waiting request has opened it; who wrote it only reads. Returns the request as it is now."""
    details = queries.details(request_id)
    row = details.request
    may = queries.rights(row, details.item, clock.now())
    if row.status == "pending" and may.opens and actions.open_for_review(row):
        return queries.details(request_id)
    return details


def _comes_from_another() -> bool:
    """Whether htmx leads here from another item: then focus goes to the new heading, as after a decision."""
    url = request.htmx.current_url or ""
    return bool(url) and request.path not in url
