"""Who may pass. Every view names the least role it needs, or is public; a view that names nothing lets nobody in.

The staff room hands in how a session token becomes a person and how a refusal is noted (`init_app`), so that this
module knows no room.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin, LoginManager, current_user
from htmx_flask import request

from app.core import actor
from app.lib import clock
from app.lib.errors import Forbidden
from app.lib.network import client_address
from app.lib.roles import ROLES, has_role
from app.lib.storable import storable
from app.web import form_recovery
from app.web.pages import htmx_redirect

PUBLIC = "public"
CONFIRMED_FOR = 600.0  # seconds
View = TypeVar("View", bound=Callable[..., Any])


@dataclass
class AuthHooks:
    """What the staff room provides: `load` makes a person of a session token, `touch` notes that they are here,
    `record_refusal` notes that they were not let in. `ask_confirmation` is the answer when the person must show again that it is them
    (None: they just did), `set_up_factor` when the desk asks for a second factor that they do not have."""

    load: Callable[[str], Any] = lambda token: None
    touch: Callable[[Any], None] = lambda user: None
    record_refusal: Callable[[str], None] = lambda why: None
    ask_confirmation: Callable[[], ResponseReturnValue | None] = lambda: None
    set_up_factor: Callable[[], ResponseReturnValue | None] = lambda: None


class Visitor(AnonymousUserMixin):
    """Nobody is signed in."""

    id = None
    role = None
    full_name = "Visitor"
    timezone = "UTC"

    def can(self, role: str) -> bool:
        return False


def requires(role: str) -> Callable[[View], View]:
    """The least role of a view: each role has all the rights of those before it."""
    if role not in ROLES:
        raise ValueError(f"no role is called {role}")

    def mark(view: View) -> View:
        view.permission = role  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Open to everybody, signed in or not."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return view


def without_person(view: View) -> View:
    """Public, and who asks is not looked up: for what must answer without a database."""
    view.is_without_person = True  # type: ignore[attr-defined]  # a mark on a function
    return public(view)


def requires_recent_sign_in(view: View) -> View:
    """The person must have shown within `CONFIRMED_FOR` that it is them: roles, secrets, ways in (ASVS 5.0 7.5.1, 7.5.3)."""
    view.is_confirmed = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def without_factor(view: View) -> View:
    """Open also to those who still have to set up the second factor that the desk asks for."""
    view.is_without_factor = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def is_confirmed(user: Any) -> bool:
    """Whether the person has shown lately that it is them."""
    return user.confirmed_at is not None and (clock.now() - user.confirmed_at).total_seconds() < CONFIRMED_FOR


def can(least: str) -> bool:
    """Whether the person at the browser has the rights of `least`."""
    return bool(current_user.is_authenticated and has_role(current_user.role, least))


def allows(endpoint: str) -> bool:
    """Whether the person may open the view `endpoint`: for navigation."""
    least = permission_of(endpoint)
    return least == PUBLIC or (least is not None and can(least))


def permission_of(endpoint: str | None) -> str | None:
    """What the view says of itself; Flask's own static files are public."""
    if endpoint is None or endpoint == "static":
        return PUBLIC
    view = current_app.view_functions.get(endpoint)
    return getattr(view, "permission", None)


def guard() -> ResponseReturnValue | None:
    """Before each request: set the actor, then let in, send to sign-in, or refuse."""
    least = permission_of(request.endpoint)
    view = current_app.view_functions.get(request.endpoint or "static")
    if request.endpoint in ("static", None) or getattr(view, "is_without_person", False):
        return None
    _set_actor()
    if least == PUBLIC:
        return None
    if least is None:
        abort(404)
    if not current_user.is_authenticated:
        return to_sign_in()
    if not has_role(current_user.role, least):
        auth_hooks().record_refusal(f"{request.method} {request.path} needs {least}")
        raise Forbidden(f"This needs the role “{least}”; yours is “{current_user.role}”. Ask an admin to change it.")
    if not getattr(view, "poll", False):
        auth_hooks().touch(current_user)
    if current_user.needs_factor and not getattr(view, "is_without_factor", False):
        return auth_hooks().set_up_factor()
    if getattr(view, "is_confirmed", False) and not is_confirmed(current_user):
        return auth_hooks().ask_confirmation()
    return None


def to_sign_in() -> ResponseReturnValue:
    """The way to the sign-in page and back; inside an htmx panel the whole page goes there. A written text is given back."""
    target = url_for("staff.sign_in", next=return_path(), ended=1 if "_user_id" in session else None)
    if found := form_recovery.recovered_texts():
        return form_recovery.recovery_page(401, found, target, signed_in=False)
    return htmx_redirect(target, 401) if request.htmx else redirect(target, 303 if request.method != "GET" else 302)


def answer_lost_token() -> ResponseReturnValue | None:
    """The answer to a written text whose form is out of date; None when there is nothing to give back."""
    if not (found := form_recovery.recovered_texts()):
        return None
    if not current_user.is_authenticated:
        return to_sign_in()
    return form_recovery.recovery_page(400, found, return_path() or "/", signed_in=True)


def return_path() -> str | None:
    """The page that the person was on: the address itself where it can be opened, else the page with the form."""
    if request.htmx:
        return _own_path(request.htmx.current_url)
    opens = request.method == "GET" or (request.url_rule is not None and "GET" in (request.url_rule.methods or ()))
    return _own_path(request.full_path.rstrip("?") if opens else request.referrer)


def _own_path(url: str | None) -> str | None:
    """The path of an address of this desk; None for anybody else's."""
    if not url:
        return None
    path = url.removeprefix(request.host_url.rstrip("/"))
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else None


def _set_actor() -> None:
    trace = actor.taken_trace_id(request.headers.get("X-Trace-Id"))
    g.trace_id = trace
    who = current_user if current_user.is_authenticated else None
    actor.set_current(
        actor.Actor(
            type="human",
            id=str(who.id) if who else None,
            name=who.full_name if who else "Visitor",
            role=who.role if who else None,
            trace_id=trace,
            ip=client_address(request.remote_addr),
            user_agent=storable(request.user_agent.string or "")[:300] or None,
            session_id=str(getattr(who, "session_id", "") or "") or None if who else None,
        )
    )


def auth_hooks() -> AuthHooks:
    """What the staff room has handed in."""
    found: AuthHooks = current_app.extensions["auth_hooks"]
    return found


def init_app(app: Flask, provided: AuthHooks) -> None:
    """Flask-Login, its loader keyed by our session token, and the guard."""
    app.extensions["auth_hooks"] = provided
    manager = LoginManager(app)
    manager.anonymous_user = Visitor
    manager.session_protection = None  # our sessions are rows; a changed address does not end them
    manager.user_loader(provided.load)
    app.before_request(guard)
    app.jinja_env.globals["can"] = can
