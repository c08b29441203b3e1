"""(S9) A lock-out that strangers cannot use: known devices, networks, proxies, and a way in for a new device."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core import settings as desk_settings
from app.core.db import db
from app.factory import create_app
from app.lib import clock
from app.staff import actions
from app.staff.models import PasswordReset, SignInGuard, UserSession
from app.staff.queries import by_id
from tests.conftest import Browser
from tests.factories import PASSWORD, make_user

WRONG = "wrong password, surely"
MARA = "mara@desk.example"


def post(browser, email=MARA, password=PASSWORD, ip="127.0.0.1", **headers):
    return browser.post(
        "/sign-in", data={"email": email, "password": password}, environ_base={"REMOTE_ADDR": ip}, headers=headers
    )


@pytest.fixture
def mara(commit):
    return commit(make_user, role="reviewer", email=MARA, full_name="Mara Voss")


@pytest.fixture
def at_home(app, mara):
    """A browser that Mara has signed in with once, and out again."""
    browser = app.test_client()
    assert post(browser).status_code == 303
    browser.post("/sign-out")
    return browser


@pytest.fixture(autouse=True)
def _clock():
    yield
    clock.set_offset(timedelta(0))


def test_wrong_tries_of_strangers_never_stop_a_known_device(app, at_home):
    """(S9) Neither by the address nor by its network: five, fifty, from the very same address."""
    stranger = app.test_client()
    seen = [post(stranger, password=WRONG).status_code for _ in range(60)]
    assert set(seen) == {422, 429} and seen.count(422) == 5
    assert post(app.test_client()).status_code == 429, "a new device waits"
    assert post(at_home).status_code == 303


def test_fifty_wrong_tries_by_one_stranger_stop_nobody_elsewhere(app, mara, commit):
    """(S9) Spread over fifty addresses of the desk, so that no address is paused: only the stranger's network is."""
    for n in range(50):
        post(app.test_client(), f"guess{n}@desk.example", WRONG, ip="203.0.113.9")
    assert post(app.test_client(), ip="203.0.113.9").status_code == 429
    assert post(app.test_client(), ip="198.51.100.7").status_code == 303


@pytest.mark.parametrize(
    ("addresses", "stopped"),
    [
        ([f"2001:db8:1:2::{n:x}" for n in range(1, 12)], True),
        ([f"2001:db8:1:2:{n:x}:ffff:0:{n:x}" for n in range(1, 12)], True),
        ([f"2001:db8:1:{n:x}::1" for n in range(1, 12)], False),
        ([f"::ffff:203.0.113.{n % 1 + 9}" for n in range(1, 12)], True),
        ([f"203.0.113.{n}" for n in range(1, 12)], False),
    ],
)
def test_a_stranger_with_a_whole_ipv6_network_is_one_stranger(app, commit, addresses, stopped):
    """(S9) An IPv6 /64 is what one person has; an IPv4 address in IPv6 clothes is the IPv4 address."""
    commit(desk_settings.put, "staff.ip_failures", 10)
    seen = [post(app.test_client(), f"g{n}@desk.example", WRONG, ip=ip).status_code for n, ip in enumerate(addresses)]
    assert (seen[-1] == 429) is stopped


@pytest.mark.parametrize(
    "header", ["203.0.113.9", "not an address", "'; DROP TABLE users", "::1%25eth0, x", "\xe9" * 90]
)
@pytest.mark.parametrize("proxies", [0, 1])
def test_a_forged_header_is_never_the_address_that_is_counted(settings, app, mara, proxies, header):
    """(S9) Without a declared proxy no header counts; with one, what is no address is none (and no 500)."""
    session_app = create_app(replace(settings, proxies=proxies), TESTING=True, WTF_CSRF_ENABLED=False)
    session_app.test_client_class = Browser
    for name in ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "True-Client-Ip", "CF-Connecting-IP"):
        sent = f"for={header}" if name == "Forwarded" else header
        assert post(session_app.test_client(), password=WRONG, ip="192.0.2.1", **{name: sent}).status_code in (422, 429)
    networks = set(db.session.scalars(sa.select(SignInGuard.key).where(SignInGuard.key.startswith("ip:"))))
    trusted = {"ip:203.0.113.9"} if proxies and header == "203.0.113.9" else set()
    assert networks == {"ip:192.0.2.1"} | trusted


def test_a_known_device_is_paused_by_its_own_tries_only(app, at_home):
    """(S9) Whoever holds the device gets as many guesses as anybody; its owner elsewhere is not stopped by them."""
    seen = [post(at_home, password=WRONG) for _ in range(6)]
    assert [answer.status_code for answer in seen] == [422] * 5 + [429]
    assert "from this device is paused" in seen[-1].text
    assert post(app.test_client()).status_code == 303


def test_a_success_at_home_gives_a_stranger_no_new_tries(app, at_home):
    for _ in range(5):
        post(app.test_client(), password=WRONG)
    assert post(at_home).status_code == 303
    assert post(app.test_client(), password=WRONG).status_code == 429


@pytest.mark.parametrize("change", ["password", "address", "suspended and back"])
def test_a_device_is_known_no_more_when_the_password_or_the_person_changed(app, mara, at_home, commit, change):
    """(S14) Also when it was changed past the desk, by SQL."""
    what = {
        "password": "UPDATE users SET password_hash = password_hash || 'x'",
        "address": "UPDATE users SET email = 'm.voss@desk.example'",
        "suspended and back": "UPDATE users SET is_active = false; UPDATE users SET is_active = true",
    }[change]
    for statement in what.split(";"):
        commit(lambda said=statement: db.session.execute(sa.text(said)))
    email = commit(by_id, mara.id).email
    for _ in range(5):
        post(app.test_client(), email, WRONG)
    assert post(at_home, email).status_code == 429


@pytest.mark.parametrize("spoil", [lambda c: c[:-1] + ("0" if c[-1] != "0" else "1"), lambda c: c * 40, lambda c: "~" * 9000, lambda c: "é.1.2", lambda c: "a.zz.b", lambda c: f"{c.split('.')[0]}.ffffffff.{c.split('.')[2]}"])  # fmt: skip
def test_a_forged_device_is_a_stranger(app, at_home, spoil):
    cookie = spoil(at_home.get_cookie("device").value)
    for _ in range(5):
        post(app.test_client(), password=WRONG)
    browser = app.test_client()
    assert post(browser, Cookie=f"device={cookie}").status_code == 429


def test_a_device_is_forgotten_after_half_a_year_and_its_cookie_is_locked_away(app, mara):
    browser = app.test_client()
    answer = post(browser)
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("device="))
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    browser.post("/sign-out")
    clock.set_offset(timedelta(days=181))
    for _ in range(5):
        post(app.test_client(), password=WRONG)
    assert post(browser).status_code == 429


def test_several_people_know_one_browser(app, mara, commit):
    """(S9) Each keeps an entry; somebody else's entry opens nothing."""
    commit(make_user, email="ori@desk.example")
    browser = app.test_client()
    for email in (MARA, "ori@desk.example"):
        assert post(browser, email).status_code == 303
        browser.post("/sign-out")
    for email in (MARA, "ori@desk.example"):
        for _ in range(5):
            post(app.test_client(), email, WRONG)
    for email in (MARA, "ori@desk.example"):
        assert post(browser, email).status_code == 303
        browser.post("/sign-out")
    only_ori = app.test_client()
    assert post(only_ori, "ori@desk.example", ip="198.51.100.8").status_code == 429


def test_strangers_at_the_door_do_not_stop_a_change_of_the_password_inside(app, mara, at_home):
    """(S9) The current password of a signed-in person has a count of its own."""
    assert post(at_home).status_code == 303
    for _ in range(6):
        post(app.test_client(), password=WRONG)
    new = "seven green bicycles in the rain"
    page = at_home.post("/me/password", data={"current": PASSWORD, "new": new, "repeat": new})
    assert page.status_code == 303
    assert post(at_home, password=WRONG).status_code == 422


def test_the_page_says_the_way_in_on_a_new_device(app, mara, monkeypatch):
    """(S9) Waiting grows from a minute; with mail a link comes, without it an admin makes one."""
    for _ in range(5):
        post(app.test_client(), password=WRONG)
    page = post(app.test_client()).text
    assert "Wait 1 min" in page and "ask an admin" in page and "that you have used here before is not paused" in page
    settings = app.config["ENVIRONMENT"]
    monkeypatch.setitem(app.config, "ENVIRONMENT", replace(settings, smtp_url="smtp://127.0.0.1:1"))
    assert "have a link mailed to you" in post(app.test_client()).text
    assert "Mail me a link" in app.test_client().get("/forgot-password").text


def test_a_link_by_mail_lets_a_locked_out_owner_in(app, mara, monkeypatch, commit):
    """(S9) It is the same page for an address that nobody has; asking again voids nothing; asking is bounded."""
    monkeypatch.setitem(app.config, "ENVIRONMENT", replace(app.config["ENVIRONMENT"], smtp_url="smtp://127.0.0.1:1"))
    from app.staff.links import make_token
    from app.staff.queries.links import RESET

    for _ in range(5):
        post(app.test_client(), password=WRONG)
    pages = [app.test_client().post("/forgot-password", data={"email": to}) for to in (MARA, "nobody@desk.example")]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].text.replace(MARA, "X") == pages[1].text.replace("nobody@desk.example", "X")
    link = make_token(db.session.scalars(sa.select(PasswordReset)).one(), RESET)
    assert app.test_client().post("/forgot-password", data={"email": MARA}).status_code == 200
    new = "seven green bicycles in the rain"
    browser = app.test_client()
    assert browser.post(f"/reset/{link}", data={"new": new, "repeat": new}).status_code == 303
    assert browser.get("/me").status_code == 200
    seen = [app.test_client().post("/forgot-password", data={"email": MARA}) for _ in range(3)]
    assert [page.status_code for page in seen] == [200, 429, 429] and seen[-1].headers["Retry-After"]


def test_pauses_grow_to_half_an_hour_and_are_forgotten_after_a_quiet_day(app, mara, commit):
    minutes, at = [], timedelta(0)
    for _ in range(7):
        clock.set_offset(at)
        for _ in range(5):
            last = post(app.test_client(), password=WRONG)
        minutes.append(round(int(last.headers["Retry-After"]) / 60))
        at += timedelta(minutes=minutes[-1], seconds=5)
    assert minutes == [1, 2, 4, 8, 16, 30, 30]
    commit(lambda: db.session.execute(sa.text("UPDATE sign_in_guards SET updated_at = now() - interval '2 days'")))
    assert commit(actions.forget_old) == 1, "one that is still paused stays"
    commit(lambda: db.session.execute(sa.text("UPDATE sign_in_guards SET locked_until = now() - interval '1 hour'")))
    commit(actions.forget_old)
    assert not db.session.scalars(sa.select(SignInGuard)).all()


def test_a_session_remembers_that_an_undeclared_proxy_handed_it_on(app, mara):
    """(S9) What the doctor reads; the header of a visitor from the Internet says nothing about the desk."""
    for ip in ("172.18.0.1", "8.8.8.8"):
        post(app.test_client(), ip=ip, **{"X-Forwarded-For": "203.0.113.9"})
    post(app.test_client(), ip="172.18.0.1")
    flags = db.session.execute(sa.select(UserSession.ip_address, UserSession.was_forwarded)).all()
    assert sorted((str(ip), flag) for ip, flag in flags) == [
        ("172.18.0.1", False), ("172.18.0.1", True), ("8.8.8.8", False),
    ]  # fmt: skip
