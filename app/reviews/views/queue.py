"""The queue page: what waits for me, one item at a time."""

from __future__ import annotations

import uuid

from flask import Response, make_response, redirect, session, url_for
from flask_login import current_user
from htmx_flask import request

from app.lib import clock
from app.reviews import actions, queries
from app.reviews.views.blueprint import bp
from app.reviews.views.page import SAVED, kept, place, queue_of, remember, show_item
from app.web.auth import requires
from app.web.pages import render
from app.web.view_marks import commits_on_get


@bp.get("")
@requires("viewer")
def index() -> Response:
    """The first item of the queue, by the filter used last; the list of all requests for people who decide nothing."""
    if not current_user.can("reviewer"):
        return make_response(redirect(url_for("reviews.history")))
    args = kept() or ({} if "clear" in request.args else kept(session.get(SAVED, {})))
    remember(args)
    rows = queue_of(args)
    if rows:
        return make_response(redirect(url_for("reviews.show", request_id=rows[0].id, **args)))
    return all_reviewed(args)


def all_reviewed(args: dict[str, str]) -> Response:
    """Nothing waits: say so, and when the next thing is due."""
    return render(
        "reviews/done.html", region="review", found=None, next_due=queries.next_due(), **place([], None, args)
    )


@bp.get("/<uuid:request_id>")
@requires("viewer")
@commits_on_get
def show(request_id: uuid.UUID) -> Response:
    """One request beside the queue. A reviewer who opens a waiting one takes it into review."""
    found = take_in(request_id)
    return show_item(
        request_id, args=kept(), has_moved=_came_from_elsewhere(), came="came" in request.args, found=found
    )


def take_in(request_id: uuid.UUID) -> queries.RequestDetails:
    """Who may decide and sees a waiting request has opened it; who wrote it only looks. Returns the request as it is now."""
    found = queries.details(request_id)
    row = found.request
    may = queries.rights(row, found.item, clock.now())
    if row.status == "pending" and may.opens and actions.open_for_review(row):
        return queries.details(request_id)
    return found


def _came_from_elsewhere() -> bool:
    """Whether htmx leads here from another item: then focus goes to the new heading, as after a decision."""
    seen = request.htmx.current_url or ""
    return bool(seen) and request.path not in seen
