"""The browser of a request: who calls, and how a person is signed in or out in it."""

from __future__ import annotations

import uuid
from typing import TypeVar

from flask import current_app, flash, redirect, request, session, url_for
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response as Answer

from app.core.actor import current
from app.lib import clock
from app.lib.network import is_private
from app.staff.known_devices import DAYS, add_device, cookie_name
from app.staff.person import Caller, Person
from app.staff.queries import load_person
from app.staff.services import SignInResult

R = TypeVar("R", bound=Answer)
YEAR = 365 * 86_400
HALF_WAY = 600  # seconds between the password and the code


def caller() -> Caller:
    """What the browser says and what the connection shows."""
    who = current()
    return Caller(who.ip, who.user_agent, request.cookies.get(_device()), _was_forwarded(who.ip))


def sign_in_browser(entry: SignInResult, to: str) -> Answer:
    """Let in whoever got all the way; ask the others for their code. A fresh cookie in both cases: nothing that an attacker
    may have planted survives."""
    session.clear()
    if entry.token is None:
        until = int(clock.now().timestamp()) + HALF_WAY
        session["half_way"] = [str(entry.user_id), entry.credentials_epoch, entry.how, until]
        return redirect(url_for("staff.second_factor", next=to if to != "/" else None), 303)
    person = load_person(entry.token)
    login_user(person)
    answer = remember_device(redirect(to, 303), person)
    if person is None:
        return answer
    return answer if "theme" in request.cookies else set_theme(answer, person.preferences.theme)


def pending_sign_in() -> tuple[uuid.UUID, int, str] | None:
    """Whose password was right in this browser a moment ago: id, `credentials_epoch`, how."""
    found = session.get("half_way")
    if not found or found[3] < clock.now().timestamp():
        return None
    return uuid.UUID(found[0]), int(found[1]), str(found[2])


def sign_out_browser() -> Answer:
    """After a sign-out: the sign-in page, and what was shown leaves the browser's cache, pictures and Back included (over
    https). Its storage stays: there lie only texts that have not reached the desk (docs/decisions/session-storage.md)."""
    logout_user()
    session.clear()
    flash({"text": "Signed out"}, "toast")  # type: ignore[arg-type]
    answer = redirect(url_for("staff.sign_in"), 303)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def remember_device(answer: R, person: Person | None) -> R:
    """Let the browser keep that it is one of this person's, as their password and second factor are now."""
    if person is not None:
        answer.set_cookie(
            _device(), add_device(request.cookies.get(_device()), person), max_age=DAYS * 86_400, path="/",
            httponly=True, samesite="Strict", secure=_secure(),
        )  # fmt: skip
    return answer


def set_theme(response: Answer, chosen: str) -> Answer:
    """Readable by the page's script, which switches without asking the server."""
    response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", secure=_secure())
    return response


def _was_forwarded(ip: str | None) -> bool:
    """More hops than there are declared proxies, and the nearest one is a private address: it looks like a proxy of ours."""
    hops = sum(len(line.split(",")) for line in request.headers.getlist("X-Forwarded-For"))
    return hops > int(current_app.config["ENVIRONMENT"].proxies) and is_private(ip)


def _device() -> str:
    return cookie_name(_secure())


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
