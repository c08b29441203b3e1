"""In and out."""

from __future__ import annotations

import math

from flask import Response, current_app, flash, redirect, request, session, url_for
from flask_login import current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as Answer

from app.accounts import actions, delivery
from app.accounts.delivery import Refusal
from app.accounts.forms import SignInForm
from app.accounts.queries import load_person
from app.accounts.safe_next import safe_next
from app.accounts.views import bp
from app.ground import clock
from app.web.auth import public
from app.web.pages import render
from app.web.writes import calls_out

YEAR = 365 * 86_400
STATUS = {"wrong": 422, "suspended": 403, "paused": 429, "ip": 429}


@bp.route("/sign-in", methods=["GET", "POST"])
@public
@calls_out
def sign_in() -> Answer:
    """The gate. Wrong, paused and unknown look alike for known and unknown addresses."""
    form = SignInForm(next=request.args.get("next", ""))
    if request.method == "GET":
        return redirect(safe_next(form.next.data), 303) if current_user.is_authenticated else _gate(form)
    if not form.validate_on_submit():
        return _gate(form, 422)
    try:
        token = delivery.sign_in(form.email.data or "", form.password.data or "")
    except Refusal as refusal:
        return _gate(form, STATUS[refusal.kind], refusal)
    return enter(token, safe_next(form.next.data))


@bp.post("/sign-out")
@public
def sign_out() -> Answer:
    """End this session, and forget everything the browser held."""
    if current_user.is_authenticated:
        actions.end_session(current_user.session_id)
        logout_user()
    session.clear()
    flash({"text": "Signed out"}, "toast")  # type: ignore[arg-type]
    return redirect(url_for("accounts.sign_in"), 303)


@bp.get("/forgot-password")
@public
def sign_in_help() -> Response:
    """What to do without a password: the desk may have no mail, so a person helps."""
    return render("accounts/forgot.html")


@bp.errorhandler(CSRFError)
def lost_token(error: CSRFError) -> Answer:
    """The token went lost (cookie gone, old tab): the gate again with what was typed; elsewhere the usual page."""
    if request.endpoint != "accounts.sign_in":
        handler = current_app.error_handler_spec[None][None]
        return next(found for kind, found in handler.items() if issubclass(CSRFError, kind))(error)
    form = SignInForm(formdata=None, email=request.form.get("email", "")[:320], next=request.form.get("next", ""))
    form.fail({"": "This page was open for too long, so it was not accepted. Enter your password once more."})
    return _gate(form, 400)


def enter(token: str, to: str) -> Answer:
    """Put the person into a fresh cookie (nothing an attacker may have planted survives) and go on."""
    person = load_person(token)
    session.clear()
    login_user(person)
    answer = redirect(to, 303)
    return answer if "theme" in request.cookies or person is None else set_theme(answer, person.preferences.theme)


def set_theme(response: Answer, chosen: str) -> Answer:
    """Readable by the page's script, which switches without asking the server."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", secure=secure)
    return response


def _gate(form: SignInForm, status: int = 200, refusal: Refusal | None = None) -> Response:
    wait = math.ceil((refusal.until - clock.now()).total_seconds()) if refusal and refusal.until else 0
    page = render(
        "accounts/sign_in.html",
        status=status,
        form=form,
        refusal=refusal,
        minutes=max(1, math.ceil(wait / 60)),
        ended=request.args.get("ended"),
    )
    if wait > 0:
        page.headers["Retry-After"] = str(wait)
    return page
