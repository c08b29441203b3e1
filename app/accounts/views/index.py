"""The list of accounts, one account, its health."""

from __future__ import annotations

import uuid

from flask import Response, request

from app.accounts import actions, queries
from app.accounts.views.blueprint import bp
from app.accounts.views.page import account_renderer, account_url, get_connected, notice_limit, page_context
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
    same_place = queries.shared_places(queries.connected_accounts())
    return render(
        "accounts/index.html",
        region="results",
        page=page,
        waiting=waiting_by_account(),
        notice_limit=notice_limit(),
        now=clock.now(),
        same_place=same_place,
    )


@bp.get("/all.csv")
@requires("viewer")
def export() -> Response:
    return csv_response(queries.ACCOUNTS, request.args, queries.COLUMNS, "accounts")


@bp.get("/<uuid:account_id>")
@requires("viewer")
def show(account_id: uuid.UUID) -> Response:
    return render("accounts/show.html", **page_context(account_id))


@bp.get("/<uuid:account_id>/health")
@requires("viewer")
@poll
def health(account_id: uuid.UUID) -> Response:
    return render("accounts/show.html", block="health", **page_context(account_id))


@bp.post("/<uuid:account_id>/verification")
@requires("operator")
def verify(account_id: uuid.UUID) -> Response:
    account = get_connected(account_id)
    return submit(
        PlainForm(),
        lambda _: actions.request_check(account),
        account_renderer(account),
        then=account_url(account),
        toast="Checking the sign-in…",
    )
