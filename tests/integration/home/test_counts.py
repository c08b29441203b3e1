"""Home counts what is still to go out, ticks what has happened, and says when the bell is away."""

from __future__ import annotations

import socket
import time
from datetime import timedelta
from typing import Any

import pytest
import redis

from app.core import broker
from app.core.db import db
from app.home.queries.day_counts import count_coming, count_published, count_unapproved
from app.lib import clock
from app.staff.models import StaffInvite
from tests.factories import make_record, make_user

MENDED = "Waiting for the person you invited to accept"


def test_what_is_held_failed_or_asked_is_not_to_come() -> None:
    def said(kind: str, *statuses: str) -> dict[tuple[str, str], int]:
        return {(kind, status): 1 for status in statuses}

    assert count_coming(said("record", "scheduled", "due", "retrying", "publishing", "confirming")) == 5
    assert not count_coming(said("record", "success", "failed", "cancelled", "held", "needs_look", "unknown"))
    assert count_coming(said("plan", "draft")) == count_unapproved(said("plan", "draft", "approved")) == 1
    assert count_published(said("record", "success", "failed")) == 1


def test_home_says_how_many_went_out_and_how_many_come(as_user: Any, commit: Any) -> None:
    now = clock.now()
    for status in ("success", "success", "failed", "pending"):
        commit(make_record, status=status, due_at=now)
    page = as_user("admin").get("/").get_data(as_text=True)
    assert "2 posts went out today, 1 to come" in page


def test_an_invitation_is_no_second_person(as_user: Any, commit: Any) -> None:
    browser = as_user("admin")
    expires = clock.now() + timedelta(days=1)
    commit(lambda: db.session.add(StaffInvite(email="b@desk.example", role="editor", nonce="n", expires_at=expires)))
    page = browser.get("/").get_data(as_text=True)
    step = page.split("Invite a second person, or switch on self-approval")[1][:200]
    assert MENDED in page and ", to do" in step
    commit(make_user, "reviewer")
    assert MENDED not in browser.get("/").get_data(as_text=True)


@pytest.fixture
def frozen(app: Any) -> Any:
    """A bell that takes connections and never answers."""
    state, before = app.extensions["broker"], dict(app.extensions["broker"])
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        state["redis"] = redis.Redis(host="127.0.0.1", port=server.getsockname()[1], socket_timeout=5)
        yield state
    state.clear()
    state.update(before)


def test_home_says_that_the_bell_is_away_only_after_a_ring_failed(as_user: Any, frozen: Any) -> None:
    browser, says = as_user("admin"), "The queue (Valkey or Redis) does not answer"
    assert says not in browser.get("/").get_data(as_text=True)
    frozen["quiet_until"] = time.monotonic() - 1
    began = time.monotonic()
    assert says in browser.get("/").get_data(as_text=True)
    assert time.monotonic() - began < 4
    assert frozen["quiet_until"] > time.monotonic()
    assert says in browser.get("/").get_data(as_text=True)


def test_the_bell_that_came_back_is_not_asked_again(app: Any) -> None:
    state = app.extensions["broker"]
    if "redis" not in state:
        pytest.skip("this desk has no bell")
    with app.app_context():
        state["quiet_until"] = time.monotonic() - 1
        assert not broker.is_away() and "quiet_until" not in state
