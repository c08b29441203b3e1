"""Getting in: the right password, the wrong one, the pause, the suspended, the way back."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.core.db import db
from app.lib import clock
from app.staff import actions
from app.staff.models import User, UserSession
from app.staff.queries import by_id
from tests.factories import PASSWORD, make_user

WRONG = "wrong password, surely"


def post(client, email, password=PASSWORD, **more):
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def said(action):
    return db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action)).all()


@pytest.fixture
def mara(commit):
    return commit(make_user, role="reviewer", email="Mara@Desk.example", full_name="Mara Voss")


def test_the_page_has_the_fields(client):
    page = client.get("/sign-in").get_data(as_text=True)
    for name in ('name="email"', 'name="password"', 'name="csrf_token"', 'autocomplete="current-password"'):
        assert name in page
    for field in re.findall(r'<input[^>]*name="(?:password|code)"[^>]*>', page):
        assert 'type="password"' in field and "onpaste" not in field and 'autocomplete="off"' not in field


def test_the_right_password_opens_a_session(client, mara):
    answer = post(client, " mara@desk.EXAMPLE ")
    assert answer.status_code == 303 and answer.location == "/"
    assert client.get("/me").status_code == 200
    (row,) = db.session.scalars(sa.select(UserSession)).all()
    assert len(row.token_hash) == 64 and row.user_id == mara.id
    (entry,) = said("staff.sign_in")
    assert entry.entity_label == "Mara Voss" and entry.success
    cookie = next(h for h in answer.headers.getlist("Set-Cookie") if h.startswith("session="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_a_stranger_and_a_wrong_password_read_alike(client, mara):
    pages = []
    for email in ("mara@desk.example", "nobody@desk.example"):
        answer = post(client, email, WRONG)
        assert answer.status_code == 422
        pages.append(answer.get_data(as_text=True).replace(email, "X"))
    assert "4 tries left" in pages[0]
    strip = lambda page: "".join(line for line in page.splitlines() if "csrf" not in line)  # noqa: E731
    assert strip(pages[0]) == strip(pages[1])
    assert len(said("staff.sign_in_failed")) == 2


def test_a_stranger_costs_as_much_work(client, mara, monkeypatch):
    from app.staff import passwords

    hashed = []
    real = passwords._hasher.verify
    monkeypatch.setattr(
        passwords,
        "_hasher",
        type(
            "H",
            (),
            {"verify": lambda self, h, p: hashed.append(h) or real(h, p), "check_needs_rehash": lambda self, h: False},
        )(),
    )
    passwords._decoy_hashes[:] = [mara.password_hash]
    post(client, "mara@desk.example", WRONG)
    post(client, "nobody@desk.example", WRONG)
    passwords._decoy_hashes.clear()
    assert len(hashed) == 2


def test_five_failures_pause_the_address_for_a_minute_and_the_next_five_for_two(client, mara, commit):
    for n in range(5):
        fifth = post(client, "mara@desk.example", WRONG)
        assert fifth.status_code == 422, n
    assert "sign-in is paused" in fifth.text and "Wait 1 min, until" in fifth.text and "0 tries" not in fifth.text
    assert 55 < int(fifth.headers["Retry-After"]) <= 60
    answer = post(client, "mara@desk.example")
    assert answer.status_code == 429 and 50 < int(answer.headers["Retry-After"]) <= 60
    page = answer.get_data(as_text=True)
    assert "paused" in page and "Wait 1 min" in page and "ask an admin" in page
    assert len(said("staff.locked_out")) == 1 and len(said("staff.sign_in_failed")) == 5
    assert commit(by_id, mara.id).locked_until is not None
    clock.set_offset(timedelta(minutes=2))
    try:
        for _ in range(5):
            again = post(client, "mara@desk.example", WRONG)
        assert "Wait 2 min" in again.text
        clock.set_offset(timedelta(minutes=5))
        assert post(client, "mara@desk.example").status_code == 303
    finally:
        clock.set_offset(timedelta(0))
    assert commit(by_id, mara.id).failed_sign_ins == 0


def test_twelve_guesses_at_the_same_moment_get_no_further_than_five(app, mara):
    answers, start = [], threading.Barrier(12)

    def guess():
        browser = app.test_client()
        start.wait()
        answers.append(post(browser, "mara@desk.example", WRONG).status_code)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [422] * 5 + [429] * 7


def test_a_pause_looks_the_same_for_a_stranger(client):
    for _ in range(5):
        post(client, "nobody@desk.example", WRONG)
    assert post(client, "nobody@desk.example", WRONG).status_code == 429


def test_old_failures_do_not_count(client, mara):
    for minutes in (0, 0, 0, 0, 11):
        clock.set_offset(timedelta(minutes=minutes))
        answer = post(client, "mara@desk.example", WRONG)
    clock.set_offset(timedelta(0))
    assert "4 tries left" in answer.get_data(as_text=True)


def test_the_fifth_try_may_be_the_right_one(client, mara):
    for _ in range(4):
        post(client, "mara@desk.example", WRONG)
    assert post(client, "mara@desk.example").status_code == 303
    assert "4 tries left" in post(client, "mara@desk.example", WRONG).get_data(as_text=True)


def test_an_admin_unlocks(client, mara, as_user):
    for _ in range(5):
        post(client, "mara@desk.example", WRONG)
    as_user("admin").post(f"/staff/{mara.id}/unlock")
    assert post(client, "mara@desk.example").status_code == 303


def test_one_network_address_cannot_try_forever(client, mara, commit):
    from app.core import settings

    commit(settings.put, "staff.ip_failures", 5)
    for n in range(5):
        post(client, f"guess{n}@desk.example", WRONG)
    answer = post(client, "mara@desk.example")
    assert answer.status_code == 429 and "your network" in answer.get_data(as_text=True)
    other = client.post(
        "/sign-in",
        data={"email": "mara@desk.example", "password": PASSWORD},
        environ_base={"REMOTE_ADDR": "198.51.100.7"},
    )
    assert other.status_code == 303


def test_right_passwords_do_not_use_up_the_network_address(app, mara, commit):
    from app.core import settings

    commit(settings.put, "staff.ip_failures", 5)
    for _ in range(8):
        assert post(app.test_client(), "mara@desk.example").status_code == 303


def test_a_suspended_member_is_told_only_with_the_right_password(client, mara, commit):
    commit(lambda: actions.suspend(by_id(mara.id)))
    assert "suspended" not in post(client, "mara@desk.example", WRONG).get_data(as_text=True)
    answer = post(client, "mara@desk.example")
    assert answer.status_code == 403 and "suspended" in answer.get_data(as_text=True)
    assert client.get("/me").status_code == 302


def test_an_account_without_a_password_lets_nobody_in(client, commit):
    commit(make_user, email="sso@desk.example", password_hash=None)
    assert post(client, "sso@desk.example", "").status_code == 422
    assert post(client, "sso@desk.example", "None").status_code == 422


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https://evil.example/x",
        "/\\evil.example",
        "\\\\evil",
        "/a\r\nLocation: x",
        "javascript:alert(1)",
        "/sign-in?next=/x",
        "x" * 3000,
    ],
)
def test_it_goes_nowhere_else(client, mara, wanted):
    answer = post(client, "mara@desk.example", next=wanted)
    assert answer.status_code == 303 and answer.location == "/"


def test_a_first_visitor_is_not_told_of_an_ended_session(client):
    for _ in range(2):
        answer = client.get("/me")
        assert "ended" not in answer.location
        client.get(answer.location)


def test_it_goes_back_to_where_one_was(client, mara):
    answer = client.get("/audit?since=7d&q=a%20b")
    assert answer.status_code == 302
    page = client.get(answer.location).get_data(as_text=True)
    assert 'value="/audit?since=7d&amp;q=a%20b"' in page
    assert post(client, "mara@desk.example", next="/audit?since=7d&q=a%20b").location == "/audit?since=7d&q=a%20b"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"email": "x"},
        {"email": "\x00", "password": "\x00"},
        {"email": "é" * 400, "password": "p"},
        {"email": "a@b.example", "password": "p" * 100_000},
        {"email": ["a", "b"], "password": ["c", "d"]},
    ],
)
def test_garbage_gets_the_page_again(client, data):
    assert client.post("/sign-in", data=data).status_code in (422, 429)


def test_each_sign_in_has_a_token_of_its_own(app, mara):
    browser = app.test_client()
    cookies = []
    for _ in range(2):
        post(browser, "mara@desk.example")
        cookies.append(browser.get_cookie("session").value)
        with browser.session_transaction() as session:
            tokens = session["_user_id"]
            assert len(tokens) >= 43, "256 bits in base64"
        cookies.append(tokens)
    assert len(set(cookies)) == 4
    assert db.session.scalar(sa.select(sa.func.count()).select_from(UserSession)) == 2


def test_an_outdated_hash_is_renewed(client, commit):
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    user = commit(make_user, email="old@desk.example", password_hash=weak)
    assert post(client, "old@desk.example").status_code == 303
    assert db.session.get(User, user.id).password_hash != weak


def test_a_wrong_password_does_not_wait_for_somebody_who_is_let_in(client, mara):
    """The count that the staff page shows is left out while the person's row is held; the guard's own is not."""
    with db.engine.connect() as other:
        other.execute(sa.text("SELECT 1 FROM users FOR UPDATE"))
        assert post(client, "mara@desk.example", WRONG).status_code == 422
    assert "3 tries left" in post(client, "mara@desk.example", WRONG).text


def test_an_old_password_is_as_good_as_a_new_one(client, commit):
    """(ASVS 6.2.10) Nobody is made to change it because of its age."""
    user = commit(make_user, "admin", password_changed_at=datetime(2001, 1, 1, tzinfo=UTC))
    answer = client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 303 and answer.location == "/"
    assert client.get("/").status_code == 200 and client.get("/me/password").status_code == 200
