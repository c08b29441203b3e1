"""Connecting and reconnecting: forms derived from the connector's SPEC."""

from __future__ import annotations

import uuid

from flask import Response, request

from app.accounts import actions, connect_input, connector_context
from app.accounts.forms import ConnectForm, connect_form
from app.accounts.models import Account
from app.accounts.views.blueprint import bp
from app.accounts.views.page import account_url, form_renderer, get_connected, spec_or_404
from app.lib.errors import Invalid
from app.platforms import registry
from app.platforms.base import Platform
from app.web.auth import requires, requires_recent_sign_in
from app.web.forms import submit
from app.web.pages import render


@bp.get("/connect")
@requires("operator")
def choose() -> Response:
    return render("accounts/choose.html", platforms=[connector.spec for connector in registry.all()])


@bp.route("/connect/<slug>", methods=["GET", "POST"])
@requires("operator")
@requires_recent_sign_in
def connect(slug: str) -> Response:
    spec = spec_or_404(slug)
    form = connect_form(spec)
    again = form_renderer(form, "accounts/connect.html", spec=spec)
    if request.method == "GET":
        return again()
    return submit(
        form, lambda f: _connect(f, spec), again, then=account_url, toast="Connected. Its sign-in is being checked."
    )


@bp.route("/<uuid:account_id>/reconnect", methods=["GET", "POST"])
@requires("operator")
@requires_recent_sign_in
def reconnect(account_id: uuid.UUID) -> Response:
    account = get_connected(account_id)
    spec = spec_or_404(account.platform)
    form = connect_form(spec, keep=bool(account.credentials), current=account.configuration)
    form.name.data = account.account_name
    again = form_renderer(form, "accounts/reconnect.html", spec=spec, account=account)
    if request.method == "GET":
        return again()
    return submit(
        form,
        lambda f: _reconnect(f, spec, account),
        again,
        then=account_url,
        toast="Saved. Its sign-in is being checked.",
    )


def _connect(form: ConnectForm, spec: Platform) -> Account:
    typed = form.entry(spec)
    _refuse_addresses(spec, typed)
    return actions.connect(typed)


def _reconnect(form: ConnectForm, spec: Platform, account: Account) -> Account:
    typed = form.entry(spec)
    _refuse_addresses(spec, typed, account)
    return actions.reconnect(account, typed)


def _refuse_addresses(spec: Platform, typed: connect_input.ConnectInput, known: Account | None = None) -> None:
    """Refuse addresses that the desk does not call, beside whatever else is wrong: also a secret that was left empty though
    the address changed. `known`: the account that is reconnected. Raises Invalid."""
    wrong = connect_input.problems(spec, typed, keep_secrets=bool(known is not None and known.credentials))
    if known is not None:
        wrong = connect_input.missing_secrets(spec, typed, known.configuration) | wrong
    for field, address in connect_input.addresses(spec, typed.configuration).items():
        words = connector_context.address_problem(address) if field not in wrong else None
        if words:
            wrong[field] = words
    if wrong:
        raise Invalid(wrong)
