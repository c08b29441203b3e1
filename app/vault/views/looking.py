"""The list of accounts, one account, its health."""

from __future__ import annotations

import uuid

from flask import Response, request

from app.ground import clock
from app.operations.queries.waiting import waiting_by_account
from app.vault import actions, queries
from app.vault.forms import PlainForm
from app.vault.views import bp
from app.vault.views.parts import facts, live, page_of, showing, soon
from app.web.auth import requires
from app.web.forms import submit
from app.web.lists import csv_response
from app.web.pages import render
from app.web.writes import background


@bp.get("")
@requires("viewer")
def index() -> Response:
    page = queries.ACCOUNTS.page(request.args)
    also = queries.shared_places(queries.connected())
    return render(
        "vault/index.html",
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
    return render("vault/show.html", **facts(account_id))


@bp.get("/<uuid:account_id>/health")
@requires("viewer")
@background
def health(account_id: uuid.UUID) -> Response:
    return render("vault/show.html", block="health", **facts(account_id))


@bp.post("/<uuid:account_id>/verification")
@requires("operator")
def verify(account_id: uuid.UUID) -> Response:
    account = live(account_id)
    return submit(
        PlainForm(),
        lambda _: actions.look_again(account),
        showing(account),
        then=page_of(account),
        toast="Checking the sign-in…",
    )
