"""My second factor: set up, confirm, recovery codes, remove."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from htmx_flask import request

from app.lib.errors import Invalid
from app.staff import actions, authenticator
from app.staff.actions.second_factor import unseal_secret
from app.staff.forms import CodeForm
from app.staff.queries import by_id, load_person
from app.staff.queries.second_factor import codes_left
from app.staff.views.blueprint import bp
from app.staff.views.browser_session import remember_device
from app.web import form_recovery
from app.web.auth import requires, requires_recent_sign_in, without_factor
from app.web.pages import back_to, htmx_redirect, render


@bp.get("/me/second-factor")
@requires("viewer")
@without_factor
@requires_recent_sign_in
def my_factor() -> Response:
    """Whether it is on; while it is being set up, the picture for the authenticator."""
    return _page(CodeForm(formdata=None))


@bp.post("/me/second-factor/start")
@requires("viewer")
@without_factor
@requires_recent_sign_in
def start_factor() -> Response:
    """A secret for a new authenticator; nothing changes until a code was right."""
    actions.start_factor(current_user.id)
    return back_to(url_for("staff.my_factor"))


@bp.post("/me/second-factor/confirm")
@requires("viewer")
@without_factor
@requires_recent_sign_in
def confirm_factor() -> Response:
    """The first code puts it in force. The recovery codes are shown in this answer and never again."""
    form = CodeForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        codes = actions.confirm_factor(current_user.id, form.code.data or "", current_user.session_id)
    except Invalid as error:
        form.fail(error.errors)
        return _page(form, 422)
    return _remember_device(render("staff/codes.html", codes=codes, first=True))


@bp.post("/me/second-factor/codes")
@requires("viewer")
@requires_recent_sign_in
def renew_codes() -> Response:
    """Ten new recovery codes, shown in this answer and never again."""
    return render("staff/codes.html", codes=actions.renew_codes(current_user.id), first=False)


@bp.post("/me/second-factor/remove")
@requires("viewer")
@without_factor
@requires_recent_sign_in
def remove_factor() -> Response:
    """The password alone lets in again; all other sessions end."""
    actions.remove_factor(current_user.id, current_user.session_id)
    return _remember_device(back_to(url_for("staff.my_factor"), "Your second factor is removed"))


def require_factor() -> ResponseReturnValue:
    """The desk asks for a second factor: that page comes first, whatever was wanted."""
    target = url_for("staff.my_factor")
    if found := form_recovery.recovered_texts():
        return form_recovery.recovery_page(403, found, target, signed_in=True)
    return htmx_redirect(target, 403) if request.htmx else redirect(target, 303)


def _remember_device(answer: Response) -> Response:
    """This browser stays a known one though the factor changed."""
    return remember_device(answer, load_person(current_user.token))


def _page(form: CodeForm, status: int = 200) -> Response:
    user = by_id(current_user.id)
    secret = unseal_secret(user) if user.totp_secret and user.totp_since is None else None
    form.code.data = ""
    desk = urlsplit(current_app.config["ENVIRONMENT"].url).hostname or ""
    return render(
        "staff/factor.html", status=status, form=form, person=user, secret=authenticator.group_in_fours(secret) if secret else None,
        picture=authenticator.qr_code(authenticator.uri(secret, user.email, desk)) if secret else None, codes_left=codes_left(user.id),
        is_asked=current_user.needs_factor,
    )  # fmt: skip
