"""Showing again that it is you, before something that matters. What was typed into the form that was interrupted goes on by
itself: sealed, so that no secret of it stands in the page."""

from __future__ import annotations

import json

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from htmx_flask import request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response as Answer

from app.core import crypto
from app.lib.errors import Invalid
from app.staff import services
from app.staff.forms import ConfirmForm
from app.staff.queries import by_id
from app.staff.safe_next import safe_next
from app.staff.views.blueprint import bp
from app.web.auth import requires, return_path, without_factor
from app.web.pages import htmx_redirect, render
from app.web.view_marks import no_transaction

OWN = ("csrf_token", "confirm_secret", "confirm_form")


@bp.route("/me/confirm", methods=["GET", "POST"])
@requires("viewer")
@without_factor
@no_transaction
def confirm() -> Answer:
    """The password or a code, then on to `next`."""
    form, to = ConfirmForm(), safe_next(request.args.get("next"))
    if request.method == "POST" and _is_confirmed(form):
        return redirect(to, 303)
    return _page(form, url_for("staff.confirm", next=to), 422 if request.method == "POST" else 200)


def ask_confirmation() -> ResponseReturnValue | None:
    """In front of a view that must be sure: its answer instead, or None when the view may go on."""
    if request.htmx:
        return htmx_redirect(url_for("staff.confirm", next=return_path()), 401)
    if request.method != "POST":
        return redirect(url_for("staff.confirm", next=return_path()), 302)
    form = ConfirmForm()
    if "confirm_secret" not in request.form:
        pairs = [(name, value) for name, value in request.form.items(multi=True) if name not in OWN]
        form = ConfirmForm(formdata=None, confirm_form=crypto.seal(json.dumps(pairs), context=_context()))
        return _page(form, request.full_path.rstrip("?"), 403)
    if not _is_confirmed(form):
        return _page(form, request.full_path.rstrip("?"), 422)
    try:
        pairs = json.loads(crypto.unseal(form.confirm_form.data or "", context=_context()))
    except crypto.Unsealable:
        return redirect(return_path() or "/", 303)
    token = [("csrf_token", request.form.get("csrf_token", ""))]
    vars(request._get_current_object())["form"] = ImmutableMultiDict([*map(tuple, pairs), *token])  # type: ignore[attr-defined]
    return None


def _is_confirmed(form: ConfirmForm) -> bool:
    if not form.validate_on_submit():
        return False
    try:
        services.confirm_identity(current_user.id, current_user.session_id, form.confirm_secret.data or "")
    except Invalid as error:
        form.fail(error.errors)
        return False
    return True


def _page(form: ConfirmForm, action: str, status: int) -> Response:
    has_factor = by_id(current_user.id).totp_since is not None
    return render("staff/confirm.html", status=status, form=form, action=action, has_factor=has_factor)


def _context() -> str:
    """Sealed for this session and this address alone."""
    return f"confirm:{current_user.session_id}:{request.path}"
