"""Connecting and reconnecting: forms derived from the connector's SPEC."""

from __future__ import annotations

import uuid

from flask import Response, request

from app.ground.errors import Invalid
from app.platforms import registry
from app.platforms.base import Platform
from app.vault import actions, entry, ports
from app.vault.forms import ConnectForm, connect_form
from app.vault.models import PlatformCredential
from app.vault.views import bp
from app.vault.views.parts import again_with, live, page_of, spec_of
from app.web.auth import confirmed, requires
from app.web.forms import submit
from app.web.pages import render


@bp.get("/connect")
@requires("operator")
def choose() -> Response:
    return render("vault/choose.html", platforms=[connector.spec for connector in registry.all()])


@bp.route("/connect/<slug>", methods=["GET", "POST"])
@requires("operator")
@confirmed
def connect(slug: str) -> Response:
    spec = spec_of(slug)
    form = connect_form(spec)
    again = again_with(form, "vault/connect.html", spec=spec)
    if request.method == "GET":
        return again()
    return submit(
        form, lambda f: _connected(f, spec), again, then=page_of, toast="Connected. Its sign-in is being checked."
    )


@bp.route("/<uuid:account_id>/reconnect", methods=["GET", "POST"])
@requires("operator")
@confirmed
def reconnect(account_id: uuid.UUID) -> Response:
    account = live(account_id)
    spec = spec_of(account.platform)
    form = connect_form(spec, keep=bool(account.credentials), current=account.configuration)
    form.name.data = account.account_name
    again = again_with(form, "vault/reconnect.html", spec=spec, account=account)
    if request.method == "GET":
        return again()
    return submit(
        form,
        lambda f: _reconnected(f, spec, account),
        again,
        then=page_of,
        toast="Saved. Its sign-in is being checked.",
    )


def _connected(form: ConnectForm, spec: Platform) -> PlatformCredential:
    typed = form.entry(spec)
    _guarded(spec, typed)
    return actions.connect(typed)


def _reconnected(form: ConnectForm, spec: Platform, account: PlatformCredential) -> PlatformCredential:
    typed = form.entry(spec)
    _guarded(spec, typed, account)
    return actions.reconnect(account, typed)


def _guarded(spec: Platform, typed: entry.Entry, known: PlatformCredential | None = None) -> None:
    """Refuse addresses that the desk does not call, beside whatever else is wrong: also a secret that was left empty though
    the address changed. `known`: the account that is reconnected. Raises Invalid."""
    wrong = entry.problems(spec, typed, keep_secrets=bool(known is not None and known.credentials))
    if known is not None:
        wrong = entry.untold(spec, typed, known.configuration) | wrong
    for field, address in entry.addresses(spec, typed.configuration).items():
        words = ports.address_problem(address) if field not in wrong else None
        if words:
            wrong[field] = words
    if wrong:
        raise Invalid(wrong)
