"""In and out."""

from __future__ import annotations

import math
from functools import partial

from flask import Response, current_app, redirect, request, session, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as Answer

from app.core.actor import current
from app.core.transactions import autonomous
from app.lib import clock
from app.lib.errors import TooMany
from app.staff import actions, mail, services
from app.staff.forms import AskForm, CodeForm, SignInForm
from app.staff.safe_next import safe_next
from app.staff.services import Refusal, SignInResult
from app.staff.views.blueprint import bp
from app.staff.views.browser_session import caller, pending_sign_in, sign_in_browser, sign_out_browser
from app.web.auth import public
from app.web.forms import Form, reject
from app.web.pages import render
from app.web.view_marks import no_transaction

STATUS = {"wrong": 422, "suspended": 403, "paused": 429}


@bp.route("/sign-in", methods=["GET", "POST"])
@public
@no_transaction
def sign_in() -> Answer:
    """The sign-in page. Wrong, paused and unknown look alike for known and unknown addresses."""
    form = SignInForm(next=request.args.get("next", ""))
    if request.method == "GET":
        return redirect(safe_next(form.next.data), 303) if current_user.is_authenticated else _sign_in_page(form)
    if not form.validate_on_submit():
        return _sign_in_page(form, 422)
    try:
        entry = services.sign_in(form.email.data or "", form.password.data or "", caller())
    except Refusal as refusal:
        return _sign_in_page(form, STATUS[refusal.kind], refusal)
    return sign_in_browser(entry, safe_next(form.next.data))


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
@no_transaction
def second_factor() -> Answer:
    """After the password: the code of the authenticator, or a recovery code. Without the password a moment ago: the sign-in page."""
    form, who = CodeForm(next=request.args.get("next", "")), pending_sign_in()
    if who is None:
        return redirect(url_for("staff.sign_in", next=form.next.data or None), 303)
    if request.method == "GET":
        return _code_page(form)
    if not form.validate_on_submit():
        return _code_page(form, 422)
    try:
        token = services.enter_code(*who, form.code.data or "", caller())
    except Refusal as refusal:
        if refusal.kind == "lapsed":
            session.clear()
            return redirect(url_for("staff.sign_in"), 303)
        return _code_page(form, STATUS[refusal.kind], refusal)
    return sign_in_browser(SignInResult(token), safe_next(form.next.data))


@bp.post("/sign-out")
@public
def sign_out() -> Answer:
    """End this session, and forget everything the browser held."""
    if current_user.is_authenticated:
        actions.end_session(current_user.session_id)
    return sign_out_browser()


@bp.route("/forgot-password", methods=["GET", "POST"])
@public
@no_transaction
def sign_in_help() -> Response:
    """What to do without a password: a link by mail where the desk sends mail, else a person helps."""
    form, mails = AskForm(), mail.is_on()
    page = partial(render, "staff/forgot.html", form=form, mails=mails, asked=False)
    if not mails or not form.is_submitted():
        return page()
    if not form.validate():
        return reject(page)
    if until := autonomous(actions.ask_for_link, form.email.data or "", current().ip):
        seconds = max(1, math.ceil((until - clock.now()).total_seconds()))
        raise TooMany("Links were asked for too often. Look into your mail, or wait half an hour.", retry_after=seconds)
    return render("staff/forgot.html", form=form, mails=mails, asked=True)


@bp.errorhandler(CSRFError)
def lost_token(error: CSRFError) -> Answer:
    """The token went lost (cookie gone, old tab): the sign-in page again with what was typed; elsewhere the usual page."""
    if request.endpoint != "staff.sign_in":
        handler = current_app.error_handler_spec[None][None]
        handle = next(found for kind, found in handler.items() if issubclass(CSRFError, kind))
        return current_app.make_response(handle(error))  # type: ignore[arg-type]  # ours answers at once, never later
    form = SignInForm(formdata=None, email=request.form.get("email", "")[:320], next=request.form.get("next", ""))
    form.fail({"": "This page was open for too long, so it was not accepted. Enter your password once more."})
    return _sign_in_page(form, 400)


def _sign_in_page(form: SignInForm, status: int = 200, refusal: Refusal | None = None) -> Response:
    return _page("staff/sign_in.html", form, status, refusal)


def _code_page(form: CodeForm, status: int = 200, refusal: Refusal | None = None) -> Response:
    form.code.data = ""
    return _page("staff/second_factor.html", form, status, refusal)


def _page(template: str, form: Form, status: int, refusal: Refusal | None) -> Response:
    wait = math.ceil((refusal.until - clock.now()).total_seconds()) if refusal and refusal.until else 0
    page = render(
        template,
        status=status,
        form=form,
        refusal=refusal,
        minutes=max(1, math.ceil(wait / 60)),
        ended=request.args.get("ended"),
        mails=mail.is_on(),
    )
    if wait > 0:
        page.headers["Retry-After"] = str(wait)
    return page
