"""A request has a deadline: a clear 503 with the trace id, and everything it held is given back."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa
from flask import Blueprint, abort, make_response, request

from app.core import deadline
from app.core.db import db
from app.core.settings import SystemConfig
from app.factory import create_app
from app.web.auth import public
from app.web.form_recovery import recovers_form
from app.web.view_marks import no_transaction

bp = Blueprint("slow", __name__)


@bp.post("/slow/statements")
@recovers_form({"note": "Note"})
@public
def many_statements():
    db.session.add(SystemConfig(key="slow", value=1))
    db.session.flush()
    while True:
        db.session.execute(sa.text("SELECT pg_sleep(0.02)"))


@bp.get("/slow/statement")
@public
def one_statement():
    db.session.execute(sa.text("SELECT pg_sleep(3600)"))


@bp.get("/slow/pieces")
@public
def many_pieces():
    db.session.execute(sa.text("SELECT 1"))
    while True:
        deadline.check()


@bp.get("/slow/call")
@public
@no_transaction
def slow_call():
    ends = time.monotonic() + 0.6
    while time.monotonic() < ends:  # another server takes its time
        pass
    db.session.execute(sa.text("SELECT 1"))
    db.session.rollback()
    return make_response("written down")


@bp.get("/slow/refused")
@public
def refused_late():
    while deadline.remaining() > 0:
        pass
    abort(404)


@bp.get("/slow/not")
@public
def quick():
    return make_response(str(db.session.scalar(sa.text("SHOW statement_timeout"))))


def frame():
    """The frame of an error page asks the database, too."""
    return {"frame": db.session.scalar(sa.text("SELECT 1"))} if request.path == "/slow/refused" else {}


@pytest.fixture
def client(app, settings, monkeypatch):
    """A browser on a desk whose requests have half a second."""
    monkeypatch.setattr(deadline, "SECONDS", 0.5)
    session_app = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False)
    session_app.register_blueprint(bp)
    session_app.context_processor(frame)
    with session_app.app_context():
        yield session_app.test_client()
        db.session.remove()
        db.engine.dispose()


def asked(client, path, **how):
    return (client.get if path != "/slow/statements" else client.post)(path, **how)


@pytest.mark.parametrize("path", ["/slow/statements", "/slow/statement", "/slow/pieces"])
def test_a_request_beyond_its_deadline_is_a_503_with_its_trace_id(client, path):
    """(S7) many statements, one long one, or work between questions."""
    answer = asked(client, path)
    assert answer.status_code == 503 and "too long" in answer.text
    assert answer.headers["X-Trace-Id"] in answer.text and answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize("path", ["/slow/statements", "/slow/statement", "/slow/pieces"])
def test_what_it_held_is_given_back(client, path):
    """(S7) its work is dropped, its connection returns to the pool, and the next request has all its time."""
    asked(client, path)
    assert db.engine.pool.checkedout() == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SystemConfig)) == 0
    db.session.rollback()
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()"
    assert db.session.scalar(sa.text(running)) == 0
    db.session.rollback()


def test_an_error_page_that_is_drawn_too_late_says_so_as_well(client):
    """The refusal came in time, its page did not: a clear 503, no fault."""
    answer = client.get("/slow/refused")
    assert answer.status_code == 503 and "too long" in answer.text


def test_a_written_text_is_given_back_and_htmx_gets_a_toast(client):
    page = client.post("/slow/statements", data={"note": "Forty lines of mine"})
    assert page.status_code == 503 and "Forty lines of mine" in page.text
    part = client.post("/slow/statements", headers={"HX-Request": "true"})
    assert part.status_code == 503 and part.data == b"" and "too long" in part.headers["HX-Trigger"]


def test_a_bound_of_a_late_statement_does_not_stay_on_the_connection(client, monkeypatch):
    """(S7) the rest of a request's time bounds its own statements only."""
    assert client.get("/slow/not").text.endswith("ms")
    monkeypatch.setattr(deadline, "SECONDS", 3600.0)
    assert client.get("/slow/not").text == "15s"


def test_what_another_server_answered_late_is_still_written_down(client):
    """A view that calls out has the limits of its calls; the answer of a call that was made is never lost to a deadline."""
    assert client.get("/slow/call").text == "written down"


def test_jobs_have_no_deadline(app):
    assert deadline.remaining() is None
    deadline.check()
