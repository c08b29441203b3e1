"""Every refusal and every fault becomes a page, or a toast for htmx, in this one place. Never a traceback."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Response, current_app, g, make_response, render_template
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from htmx_flask import request
from werkzeug.exceptions import HTTPException

from app.core import deadline
from app.lib.errors import Overtaken, PressroomError, TooMany
from app.web import database_away, timeouts, unstorable
from app.web.auth import answer_lost_token, to_sign_in

log = logging.getLogger(__name__)

MESSAGES = {
    400: "The desk could not read this request. Go back and try again.",
    403: "You may not do this.",
    404: "There is nothing at this address. It may have been removed, or the link is cut short.",
    405: "This address cannot be used in this way.",
    409: "This does not fit how things stand now. Reload the page to see them.",
    413: "This is larger than the desk accepts.",
    422: "Something entered cannot be accepted.",
    429: "Too many requests. Wait a moment and try again.",
    500: "Something broke on our side. Nothing was half done: what you sent was not kept.",
    503: "The desk cannot reach its database. It tries again by itself; reload in a moment.",
}
HEADINGS = {
    400: "This form was not accepted",
    403: "You may not do this",
    404: "Nothing at this address",
    405: "This address cannot be used like that",
    409: "This cannot be done as things stand",
    413: "Too large",
    422: "That cannot be accepted as it is",
    429: "Too many requests",
    500: "Something broke on our side",
    503: "The desk is away for a moment",
}
"""The headings, for people who are signed in and for those who are not."""
LOST_LINK = (
    "There is something in this address that the desk cannot read. It may have been cut or changed on its way: open the page"
    " from the menu or the search instead."
)
LOST_FORM = (
    "This form was opened before you signed in again, so it was not accepted. Go back, reload the page and send it once"
    " more; what you typed is still in your browser."
)


def refuse(status: int, message: str, retry_after: int | None = None, overtaken: bool = False) -> Response:
    """The answer for one refusal. `overtaken`: somebody else was first, and the page says so."""
    if request.htmx:
        response = make_response("", status)
        response.headers["HX-Trigger"] = json.dumps({"toast": {"text": message}})
        response.headers["HX-Reswap"] = "none"
    else:
        response = make_response(_page(status, message, overtaken), status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _page(status: int, message: str, overtaken: bool) -> str:
    template = current_app.jinja_env.get_or_select_template([f"errors/{status}.html", "errors/error.html"])
    context = {"status": status, "message": message, "overtaken": overtaken, "head": _heading(status, overtaken)}
    return render_template(template, **context, trace_id=g.get("trace_id", ""))


def _heading(status: int, overtaken: bool) -> str:
    if status == 400 and request.method in ("GET", "HEAD"):
        return "This link cannot be read"
    return "Somebody was first" if overtaken else HEADINGS.get(status, "Something went wrong")


def answers_without_database(handler: Callable[[Any], Response]) -> Callable[[Any], Response]:
    """An error page is drawn with the person's frame, which asks the database: when that is away, or the request's time is up
    meanwhile, the page that asks nothing instead."""

    @wraps(handler)
    def careful(error: Any) -> Response:
        try:
            return handler(error)
        except deadline.DeadlineExceeded as lost:
            return timeouts.answer(lost)
        except database_away.ERRORS as lost:
            if not database_away.is_away(lost):
                raise
            return database_away.answer(lost)

    return careful


@answers_without_database
def on_pressroom_error(error: PressroomError) -> Response:
    retry_after = error.retry_after if isinstance(error, TooMany) else None
    return refuse(error.status, error.message, retry_after, overtaken=isinstance(error, Overtaken))


@answers_without_database
def on_http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    code = error.code or 500
    if isinstance(error, CSRFError):
        if request.htmx and not current_user.is_authenticated:
            return make_response(to_sign_in())
        given_back = answer_lost_token()
        return make_response(given_back) if given_back is not None else refuse(400, LOST_FORM)
    if code == 400 and request.method in ("GET", "HEAD"):
        return refuse(400, LOST_LINK)
    response = refuse(code, MESSAGES.get(code, error.description or MESSAGES[500]))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


@answers_without_database
def on_database_error(error: Any) -> Response:
    """The database is away, or it says why it did not do this; anything else is a fault."""
    if database_away.is_away(error):
        return database_away.answer(error)
    if (known := database_away.refusal(error)) is None:
        if current_app.testing:
            raise error
        return on_fault(error)
    log.error("the database refused: %s, trace %s", type(error.orig).__name__, g.get("trace_id", ""))
    if known[1] == database_away.SLOW:
        return timeouts.answer(error)
    database_away.roll_back()
    return refuse(*known, retry_after=database_away.RETRY_AFTER, overtaken=known == database_away.BUSY)


@answers_without_database
def on_unstorable(error: Any) -> Response:
    """Something that no column can hold, or that names what is not there: refused in words; anything else is a fault."""
    if (message := unstorable.message(error)) is None:
        if current_app.testing:
            raise error
        return on_fault(error)
    database_away.roll_back()
    if request.method in ("GET", "HEAD"):
        return refuse(400, LOST_LINK)
    return refuse(unstorable.status(message), message)


def on_fault(error: Exception) -> Response:
    log.exception("fault in %s %s, trace %s", request.method, request.path, g.get("trace_id", ""))
    database_away.roll_back()
    try:
        return answers_without_database(lambda _: refuse(500, MESSAGES[500]))(error)
    except Exception:
        log.exception("the error page failed too")
        return make_response(MESSAGES[500], 500, {"Content-Type": "text/plain; charset=utf-8"})


def init_app(app: Flask) -> None:
    app.register_error_handler(PressroomError, on_pressroom_error)
    app.register_error_handler(HTTPException, on_http_error)
    for lost in database_away.ERRORS:
        app.register_error_handler(lost, on_database_error)
    for unkept in unstorable.ERRORS:
        app.register_error_handler(unkept, on_unstorable)
    if not app.testing:
        app.register_error_handler(Exception, on_fault)
