"""Two posts of one record: a person says which one is withdrawn."""

from __future__ import annotations

import uuid
from functools import partial

from flask import Response, url_for

from app.lib.errors import Conflict
from app.publishing.actions.duplicates import request_withdrawal
from app.publishing.forms import WithdrawForm
from app.publishing.queries import duplicates
from app.publishing.queries import record as record_queries
from app.publishing.views.blueprint import bp
from app.web.auth import requires
from app.web.forms import options, submit
from app.web.pages import render


@bp.route("/records/<uuid:record_id>/withdraw", methods=["GET", "POST"])
@requires("operator")
def withdraw(record_id: uuid.UUID) -> Response:
    record = record_queries.by_id(record_id)
    there = duplicates.live_posts(record, record_queries.attempts_of(record_id))
    if len(there) < 2:
        raise Conflict("It is not there twice any more, so there is nothing to withdraw.")
    form = WithdrawForm()
    form.post.choices = options((post.post_id, post.url or post.post_id) for post in there)
    page = partial(render, "publishing/withdraw.html", form=form, record=record, there=there)
    if not form.is_submitted():
        return page()
    return submit(
        form, lambda f: request_withdrawal(record, f.post.data), again=page, then=url_for(".record", record_id=record_id),
        toast="It is being withdrawn. The record says when it is gone.",
    )  # fmt: skip
