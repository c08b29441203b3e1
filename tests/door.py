"""The door without the gate: a browser whose session is opened by the verbs that a sign-in ends with.

The gate itself (address, password, guards, a second factor) has tests of its own that go through its form; the thousand others
want somebody who is signed in.
"""

from __future__ import annotations

import uuid
from contextvars import Context
from http.cookies import SimpleCookie
from typing import Any

from flask.testing import FlaskClient

from app.core import transactions
from app.core.db import db
from app.staff.actions import open_session
from app.staff.models import User
from app.staff.services import SignInResult
from app.staff.views import browser_session


def let_in(app: Any, user_id: uuid.UUID) -> FlaskClient:
    """A browser of this person: session, known device and theme as after the sign-in page."""
    browser: FlaskClient = app.test_client()
    for cookie in Context().run(_entered, app, user_id, browser.environ_base).values():
        browser.set_cookie(cookie.key, cookie.value, path=cookie["path"] or "/")
    return browser


def _entered(app: Any, user_id: uuid.UUID, environ: dict[str, Any]) -> SimpleCookie:
    """The cookies of the answer. Runs in a context of its own, as a request has it."""
    with app.test_request_context("/sign-in", method="POST", environ_base=environ):
        app.preprocess_request()
        token = transactions.transaction(
            lambda: open_session(db.session.get_one(User, user_id), browser_session.caller())
        )
        answer = app.process_response(browser_session.sign_in_browser(SignInResult(token), "/"))
    return SimpleCookie("; ".join(header.partition(";")[0] for header in answer.headers.getlist("Set-Cookie")))
