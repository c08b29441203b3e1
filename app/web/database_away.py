"""The answer while the database is away: a page that asks it nothing, a toast for htmx; a written text is given back.

In: what SQLAlchemy raised. Out: 503 with Retry-After and the trace id. Errors: none; `is_away` says which errors are meant.
"""

from __future__ import annotations

import contextlib
import json
import logging

import sqlalchemy.exc
from flask import Response, current_app, g, make_response, render_template
from flask_login import AnonymousUserMixin
from htmx_flask import request

from app.core import actor
from app.core.db import db
from app.web import form_recovery

log = logging.getLogger(__name__)
RETRY_AFTER = 5
UNREACHABLE = (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError, sqlalchemy.exc.TimeoutError)
ERRORS: tuple[type[sqlalchemy.exc.SQLAlchemyError], ...] = (
    *UNREACHABLE, sqlalchemy.exc.InternalError, sqlalchemy.exc.PendingRollbackError,
)  # fmt: skip
LOST_EARLIER = "8s2b"
"""SQLAlchemy's code: the connection was lost earlier in this transaction, and somebody passed over it."""

MESSAGE = "The desk cannot reach its database; nothing is lost. It goes on by itself as soon as the database is back."
MESSAGE_AFTER_SENDING = (
    "The desk cannot reach its database, so what you sent was probably not kept; nothing that was saved before is lost."
    " Wait a moment, look whether it is there, and if not send it again."
)
STILL_THERE = "Go back in the browser: what you typed is still in the form."
# What the database says while it is there; its code → status and words. https://www.postgresql.org/docs/current/errcodes-appendix.html
BUSY = (409, "Somebody else was changing the same thing at this moment. Nothing of yours was kept: try again.")
FULL = "The database takes no changes at the moment, so nothing was kept. Tell an admin: its disk or memory is full, or it only reads."
SLOW = "The database took too long over this, so nothing was kept. Ask for less at once, or try again in a moment."
TOO_MUCH = "54"
"""The class of codes for statements that no database could do: a fault of ours."""
REFUSALS = {
    "40001": BUSY, "40P01": BUSY, "55P03": BUSY,
    "57014": (503, SLOW), "25006": (503, FULL), "53100": (503, FULL), "53200": (503, FULL),
}  # fmt: skip


def is_away(error: BaseException) -> bool:
    """Whether the error means that the database cannot be reached, and not that it refused something."""
    if isinstance(error, sqlalchemy.exc.PendingRollbackError):
        return error.code == LOST_EARLIER
    code = _code(error)
    return isinstance(error, UNREACHABLE) and code not in REFUSALS and not code.startswith(TOO_MUCH)


def refusal(error: BaseException) -> tuple[int, str] | None:
    """Status and message for what the database itself answered, by its code."""
    return REFUSALS.get(_code(error))


def _code(error: BaseException) -> str:
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def answer(error: BaseException) -> Response:
    """The 503 of this request. Who asks is not looked up any more."""
    g.trace_id = g.get("trace_id") or actor.new_trace_id()
    log.error("database away: %s, trace %s", type(getattr(error, "orig", error)).__name__, g.trace_id)
    roll_back()
    return answer_without_database(MESSAGE, MESSAGE_AFTER_SENDING, "errors/away.html")


def answer_without_database(message: str, sent: str, template: str) -> Response:
    """A 503 that asks the database nothing. `message` for a page that was asked for, `sent` for what was sent."""
    if not hasattr(g, "_login_user"):  # else drawing any template would ask the database for the person
        current_app.login_manager._update_request_context_with_user(AnonymousUserMixin())  # type: ignore[attr-defined]
    response = _draw(message, sent, template)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def roll_back() -> None:
    """Give the connection up, even when it is lost."""
    with contextlib.suppress(sqlalchemy.exc.SQLAlchemyError):
        db.session.rollback()


def _draw(message: str, sent: str, template: str) -> Response:
    was_sent = request.method not in ("GET", "HEAD", "OPTIONS")
    message = sent if was_sent else message
    if request.htmx:
        headers = {"HX-Trigger": json.dumps({"toast": {"text": message}}), "HX-Reswap": "none"}
        return make_response("", 503, headers)
    back = _path()
    if found := form_recovery.recovered_texts():
        return form_recovery.recovery_page(503, found, back, signed_in=True)
    more = {"still_there": STILL_THERE if was_sent else "", "back": back, "trace_id": g.trace_id}
    return make_response(render_template(template, status=503, message=message, **more), 503)


def _path() -> str:
    """The address to try again: this one where it can be opened, else the desk's first page."""
    opens = request.method in ("GET", "HEAD") or "GET" in (getattr(request.url_rule, "methods", None) or ())
    path = request.full_path.rstrip("?")
    return path if opens and not path.startswith(("//", "/\\")) else "/"
