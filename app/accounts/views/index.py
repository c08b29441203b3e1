"""The list of accounts, one account, its health."""

from __future__ import annotations

import uuid

from flask import Response, request

from app.accounts import actions, queries
from app.accounts.views.blueprint import bp
from app.accounts.views.page import facts, live, page_of, showing, soon
from app.lib import clock
from app.publishing.queries.backlog import waiting_by_account
from app.web.auth import requires
from app.web.csv_export import csv_response
from app.web.forms import PlainForm, submit
from app.web.pages import render
from app.web.view_marks import poll


@bp.get("")
@requires("viewer")
def index() -> Response:
    page = queries.ACCOUNTS.page(request.args)
    also = queries.shared_places(queries.connected())
    return render(
        "accounts/index.html",
        region="results",
        page=page,
        waiting=waiting_by_account(),
        soon=soon(),
        now=clock.now(),
        also=also,
    )


@bp.get("/all.csv")
@requires("viewer")
def export() -> Response:
    return csv_response(queries.ACCOUNTS, request.args, queries.COLUMNS, "accounts")


@bp.get("/<uuid:account_id>")
@requires("viewer")
def show(account_id: uuid.UUID) -> Response:
    return render("accounts/show.html", **facts(account_id))


@bp.get("/<uuid:account_id>/health")
@requires("viewer")
@poll
def health(account_id: uuid.UUID) -> Response:
    return render("accounts/show.html", block="health", **facts(account_id))


@bp.post("/<uuid:account_id>/verification")
@requires("operator")
def verify(account_id: uuid.UUID) -> Response:
    account = live(account_id)
    return submit(
        PlainForm(),
        lambda _: actions.request_check(account),
        showing(account),
        then=page_of(account),
        toast="Checking the sign-in…",
    )
