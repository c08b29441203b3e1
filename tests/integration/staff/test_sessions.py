"""Sessions: they end by idling, by age, by sign-out, by revocation, by a new password, by suspension."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.core.db import db
from app.lib import clock
from app.staff import actions
from app.staff.models import UserSession
from app.staff.queries import by_id
from tests.factories import PASSWORD

NEW = "seven green bottles stand"


@pytest.fixture(autouse=True)
def _clock():
    yield
    clock.set_offset(timedelta(0))


def is_in(browser):
    return browser.get("/me").status_code == 200


def later(settings, **delta):
    """Let the rows grow older instead of the database's clock younger."""
    shift = timedelta(**delta)
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE user_sessions SET last_activity_at = last_activity_at - :s"), {"s": shift})


def test_an_idle_session_has_ended_after_an_hour(as_user, settings):
    browser = as_user("editor")
    later(settings, minutes=59)
    assert is_in(browser)
    later(settings, minutes=61)
    answer = browser.get("/me?tab=1")
    assert (
        answer.status_code == 302
        and "ended=1" in answer.location
        and "next=/me?tab%3D1" in answer.location.replace("%2F", "/").replace("%3F", "?")
    )
    assert "Your session has ended" in browser.get(answer.location).get_data(as_text=True)


def test_being_here_keeps_it_open(as_user, settings):
    browser = as_user("editor")
    for _ in range(3):
        later(settings, minutes=40)
        assert is_in(browser)


def test_it_is_touched_once_a_minute(as_user, settings, monkeypatch):
    from app.staff import auth_hooks

    browser, touched = as_user("editor"), []
    real = auth_hooks.autonomous
    monkeypatch.setattr(auth_hooks, "autonomous", lambda *args: touched.append(args) or real(*args))
    assert is_in(browser) and touched == []
    later(settings, seconds=70)
    assert is_in(browser) and is_in(browser) and len(touched) == 1


def test_it_ends_after_twelve_hours_even_when_used(as_user):
    browser = as_user("editor")
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE user_sessions SET expires_at = now() - interval '1 second'"))
    assert not is_in(browser)


def test_signing_out_ends_it_for_a_copied_cookie_too(as_user, app):
    browser = as_user("editor")
    copied = app.test_client()
    copied.set_cookie("session", browser.get_cookie("session").value)
    assert is_in(copied)
    answer = browser.post("/sign-out")
    assert answer.status_code == 303 and answer.location == "/sign-in"
    assert not is_in(browser) and not is_in(copied)
    assert browser.post("/sign-out").status_code == 303  # a second press does no harm


def test_a_panel_of_an_ended_session_sends_the_whole_page_to_sign_in(as_user):
    browser = as_user("admin")
    browser.post("/sign-out")
    headers = {"HX-Request": "true", "HX-Target": "results", "HX-Current-URL": "http://localhost/audit?since=7d"}
    answer = browser.get("/audit?since=30d", headers=headers)
    assert answer.status_code == 401 and answer.get_data() == b""
    where = answer.headers["HX-Redirect"]
    assert where.startswith("/sign-in?") and "audit" in where and "since" in where


def test_my_sessions_and_ending_one(app, as_user):
    here = as_user("editor")
    there = app.test_client()
    there.post(
        "/sign-in",
        data={"email": here.user.email, "password": PASSWORD},
        headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/605"},
    )
    page = here.get("/me/sessions").get_data(as_text=True)
    assert "Safari on iPhone" in page and "This browser" in page
    rows = db.session.scalars(sa.select(UserSession).order_by(UserSession.created_at)).all()
    assert here.post(f"/me/sessions/{rows[1].id}/revoke").status_code == 303
    assert is_in(here) and not is_in(there)


def test_nobody_ends_the_session_of_another(as_user):
    mine, other = as_user("editor"), as_user("editor")
    row = db.session.scalar(sa.select(UserSession).where(UserSession.user_id == other.user.id))
    assert mine.post(f"/me/sessions/{row.id}/revoke").status_code == 404
    assert mine.post("/me/sessions/garbage/revoke").status_code == 404
    assert is_in(other)


def test_ending_all_others(app, as_user):
    here = as_user("editor")
    there = app.test_client()
    there.post("/sign-in", data={"email": here.user.email, "password": PASSWORD})
    assert here.post("/me/sessions/revoke-others").status_code == 303
    assert is_in(here) and not is_in(there)


def test_a_new_password_ends_all_others(app, as_user):
    here = as_user("editor")
    there = app.test_client()
    there.post("/sign-in", data={"email": here.user.email, "password": PASSWORD})
    wrong = here.post("/me/password", data={"current": "not it, no", "new": NEW, "repeat": NEW})
    assert wrong.status_code == 422 and "not your current password" in wrong.get_data(as_text=True)
    assert here.post("/me/password", data={"current": PASSWORD, "new": NEW, "repeat": NEW}).status_code == 303
    assert is_in(here) and not is_in(there)
    assert there.post("/sign-in", data={"email": here.user.email, "password": PASSWORD}).status_code == 422
    assert there.post("/sign-in", data={"email": here.user.email, "password": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("new", "repeat", "word"),
    [
        ("short", "short", "at least 12"),
        ("aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "stranger"),
        (NEW, NEW + "x", "not the same"),
        (PASSWORD, PASSWORD, "you have now"),
        ("", "", "Enter a new"),
    ],
)
def test_a_bad_new_password_is_refused_with_words(as_user, new, repeat, word):
    answer = as_user("editor").post("/me/password", data={"current": PASSWORD, "new": new, "repeat": repeat})
    assert answer.status_code == 422 and word in answer.get_data(as_text=True)


def test_the_current_password_cannot_be_guessed_on_and_on(as_user):
    browser = as_user("editor")
    for _ in range(5):
        browser.post("/me/password", data={"current": "guess guess guess", "new": NEW, "repeat": NEW})
    answer = browser.post("/me/password", data={"current": PASSWORD, "new": NEW, "repeat": NEW})
    assert answer.status_code == 422 and "Too many" in answer.get_data(as_text=True)


def test_suspension_and_a_lesser_role_take_effect_at_once(as_user, commit):
    browser = as_user("admin")
    as_user("admin")
    assert browser.get("/staff").status_code == 200
    commit(lambda: actions.change_role(by_id(browser.user.id), "viewer"))
    assert browser.get("/staff").status_code == 403
    refused = db.session.scalar(sa.select(AuditEntry).where(AuditEntry.action == "web.refused"))
    assert (
        refused.error_message == "GET /staff needs admin"
        and refused.actor_id == str(browser.user.id)
        and not refused.success
    )
    commit(lambda: actions.suspend(by_id(browser.user.id)))
    assert not is_in(browser)


@pytest.mark.parametrize("cookie", ["garbage", "eyJfdXNlcl9pZCI6IngifQ.x.y", "a" * 5000])
def test_a_forged_cookie_is_nobody(client, cookie):
    client.set_cookie("session", cookie)
    assert not is_in(client)


def test_a_fixed_session_does_not_survive_signing_in(client, as_user, app):
    user = as_user("editor").user
    with client.session_transaction() as session:
        session["planted"] = "by an attacker"
        session["_user_id"] = "x" * 43
    client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    with client.session_transaction() as session:
        assert "planted" not in session and session["_user_id"] != "x" * 43
