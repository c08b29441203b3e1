"""The answer of a request that took too long: a page that asks nothing, a toast for htmx; a written text is given back.

In: Late, or a statement that its time-out ended. Out: 503 with Retry-After and the trace id; the transaction is rolled back and its connection given up.
"""

from __future__ import annotations

import logging

from flask import Flask, Response, g, request

from app.core import actor, deadline
from app.web import database_away

log = logging.getLogger(__name__)
MESSAGE = "This took the desk too long, so it was given up. Ask for less at once, or try again in a moment."
MESSAGE_AFTER_SENDING = (
    "This took the desk too long, so it was given up and nothing of it was kept. Try again in a moment."
)


def answer(_error: Exception) -> Response:
    deadline.clear()
    g.trace_id = g.get("trace_id") or actor.new_trace_id()
    log.error("too slow: %s %s, trace %s", request.method, request.endpoint, g.trace_id)
    database_away.roll_back()
    return database_away.answer_without_database(MESSAGE, MESSAGE_AFTER_SENDING, "errors/late.html")


def init_app(app: Flask) -> None:
    app.before_request(deadline.begin)
    app.teardown_request(lambda _error: deadline.clear())
    app.register_error_handler(deadline.DeadlineExceeded, answer)
