"""Looking after an account: pause, resume, posting rules, name, disconnect."""

from __future__ import annotations

import uuid

from flask import Response, request, url_for

from app.accounts import actions, posting_rules
from app.accounts.forms import PauseForm, RenameForm, RulesForm
from app.accounts.views.blueprint import bp
from app.accounts.views.page import account_renderer, account_url, form_renderer, get_connected, spec_or_404
from app.lib.storable import whole
from app.publishing.queries.backlog import waiting_by_account
from app.web.auth import requires, requires_recent_sign_in
from app.web.forms import PlainForm, submit
from app.web.template_globals import zone


@bp.route("/<uuid:account_id>/pause", methods=["GET", "POST"])
@requires("operator")
def pause(account_id: uuid.UUID) -> Response:
    account, form = get_connected(account_id), PauseForm()
    again = form_renderer(form, "accounts/pause.html", account=account)
    if request.method == "GET":
        return again()
    return submit(
        form, lambda f: actions.pause(account, f.why.data or ""), again, then=account_url(account),
        toast="Paused. What waits for this account stays where it is.", undo=url_for("accounts.resume", account_id=account.id),
    )  # fmt: skip


@bp.post("/<uuid:account_id>/resume")
@requires("operator")
def resume(account_id: uuid.UUID) -> Response:
    account = get_connected(account_id)
    return submit(
        PlainForm(),
        lambda _: actions.resume(account),
        account_renderer(account),
        then=account_url(account),
        toast="Resumed. What is due goes out now.",
    )


@bp.route("/<uuid:account_id>/rules", methods=["GET", "POST"])
@requires("operator")
def set_rules(account_id: uuid.UUID) -> Response:
    account = get_connected(account_id)
    own = account.configuration
    form = RulesForm(
        data={
            **own,
            "slots": posting_rules.slot_lines(own.get("slots") or []),
            "slots_zone": posting_rules.slots_zone(own) or zone().key,
            "on_absent": own.get("on_absent") or "",
            "version": account.version,
        }
    )
    again = form_renderer(form, "accounts/rules.html", account=account, spec=spec_or_404(account.platform))
    if request.method == "GET":
        return again()
    return submit(
        form,
        lambda f: actions.set_rules(account, f.posting_rules(), whole(f.version.data, otherwise=-1)),
        again,
        then=account_url(account),
        toast="Posting rules saved.",
    )


@bp.route("/<uuid:account_id>/name", methods=["GET", "POST"])
@requires("operator")
def rename(account_id: uuid.UUID) -> Response:
    account = get_connected(account_id)
    form = RenameForm(data={"name": account.account_name})
    again = form_renderer(form, "accounts/rename.html", account=account)
    if request.method == "GET":
        return again()
    return submit(
        form, lambda f: actions.rename(account, f.name.data), again, then=account_url(account), toast="Renamed."
    )


@bp.route("/<uuid:account_id>/disconnect", methods=["GET", "POST"])
@requires("operator")
@requires_recent_sign_in
def disconnect(account_id: uuid.UUID) -> Response:
    account, form = get_connected(account_id), PlainForm()
    again = form_renderer(
        form, "accounts/disconnect.html", account=account, waiting=waiting_by_account().get(account.id)
    )
    if request.method == "GET":
        return again()
    return submit(
        form,
        lambda _: actions.disconnect(account),
        again,
        then=url_for("accounts.index"),
        toast="Disconnected. Its secrets were removed.",
    )
