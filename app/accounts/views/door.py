"""The browser at the door: who calls, and how a person is let in."""

from __future__ import annotations

from flask import Response, current_app, redirect, request, session
from flask_login import login_user
from werkzeug.wrappers import Response as Answer

from app.accounts.known_devices import DAYS, cookie_name, with_device
from app.accounts.person import Caller, Person
from app.accounts.queries import load_person
from app.core.actor import current
from app.ground.network import is_private

YEAR = 365 * 86_400


def caller() -> Caller:
    """What the browser says and what the connection shows."""
    who = current()
    return Caller(who.ip, who.user_agent, request.cookies.get(_device()), _was_forwarded(who.ip))


def enter(token: str, to: str) -> Answer:
    """Put the person into a fresh cookie (nothing an attacker may have planted survives), know the device, and go on."""
    person = load_person(token)
    session.clear()
    login_user(person)
    answer = know_device(redirect(to, 303), person)
    if person is None:
        return answer
    return answer if "theme" in request.cookies else set_theme(answer, person.preferences.theme)


def know_device(answer: Response, person: Person | None) -> Response:
    """Let the browser keep that it is one of this person's, as their password and second factor are now."""
    if person is not None:
        answer.set_cookie(
            _device(), with_device(request.cookies.get(_device()), person), max_age=DAYS * 86_400, path="/",
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
    return hops > int(current_app.config["SETTINGS"].proxies) and is_private(ip)


def _device() -> str:
    return cookie_name(_secure())


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
