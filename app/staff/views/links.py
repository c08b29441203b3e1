"""Pages behind links that an admin handed over: accept an invitation, set a new password."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request, url_for
from werkzeug.wrappers import Response as Answer

from app.lib.errors import Invalid
from app.staff import services
from app.staff.forms import AcceptForm, NewPasswordForm
from app.staff.queries import by_id, invite_by_token, reset_by_token
from app.staff.views.blueprint import bp
from app.staff.views.browser_session import caller, sign_in_browser
from app.web.auth import public
from app.web.pages import render
from app.web.view_marks import no_transaction
from app.web.zone_field import zone_of_browser


@bp.route("/invite/<token>", methods=["GET", "POST"])
@public
@no_transaction
def accept_invite(token: str) -> Answer:
    """Name and password, then Home. The link works once."""
    row = invite_by_token(token)
    form = AcceptForm(full_name=row.full_name or "")
    status = 200
    if form.is_submitted():
        try:
            if form.validate():
                zone = zone_of_browser(form.timezone.data or "")
                name = form.full_name.data or ""
                return sign_in_browser(services.accept_invite(token, name, form.new.data or "", zone, caller()), "/")
        except Invalid as error:
            form.fail(error.errors)
        status = 422
    return render("staff/accept.html", status=status, form=form, invite=row)


@bp.route("/reset/<token>", methods=["GET", "POST"])
@public
@no_transaction
def reset_password(token: str) -> Answer:
    """A new password, then Home. The link works once."""
    person = by_id(reset_by_token(token).user_id)
    form, status = NewPasswordForm(), 200
    if form.is_submitted():
        try:
            if form.validate():
                return sign_in_browser(services.use_reset(token, form.new.data or "", caller()), "/")
        except Invalid as error:
            form.fail(error.errors)
        status = 422
    return render("staff/reset.html", status=status, form=form, person=person)


def whole_url(endpoint: str, token: str) -> str:
    """The link to hand over: under PRESSROOM_URL when the desk has a public name, else under the address in use."""
    configured = current_app.config["ENVIRONMENT"].url
    local = urlsplit(configured).hostname in ("localhost", "127.0.0.1", "::1")
    return (request.host_url.rstrip("/") if local else configured) + url_for(endpoint, token=token)
