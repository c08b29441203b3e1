"""(S14) A second factor: set up with a first code, asked for at every door, used once a step, bounded, recovered, audited."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.core import crypto, settings, transactions
from app.core.db import db
from app.lib import clock
from app.staff import actions
from app.staff.actions import guards
from app.staff.actions.second_factor import unseal_secret
from app.staff.links import make_token
from app.staff.models import AccountMail, PasswordReset, RecoveryCode, User
from app.staff.queries import by_id
from app.staff.queries.links import RESET
from tests.factories import PASSWORD, make_user

MARA = "mara@desk.example"


def code(secret, steps=0):
    return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // 30 + steps)


@pytest.fixture(autouse=True)
def _from_now():
    gone[0] = 0
    later(0)
    yield
    clock.set_offset(timedelta(0))


gone = [0]


def later(steps=1):
    """Some steps on, and at the beginning of one: a code that is made now holds for 29 seconds more."""
    gone[0] += 30 * steps
    into = (time.time() + gone[0]) % 30
    clock.set_offset(timedelta(seconds=gone[0] + 30 - into + 0.5))


@pytest.fixture
def mara(app, commit, as_user):
    """Somebody with a second factor; their browser, their secret and their recovery codes."""
    user = commit(make_user, role="admin", email=MARA, full_name="Mara Voss")
    browser = as_user(user)
    browser.post("/me/second-factor/start")
    browser.secret = commit(lambda: unseal_secret(by_id(user.id)))
    shown = browser.post("/me/second-factor/confirm", data={"code": code(browser.secret)})
    assert shown.status_code == 200, shown.text
    browser.codes = re.findall(r"<li>((?:[a-z0-9]{4}-){5}[a-z0-9]{4})</li>", shown.text)
    later(2)
    return browser


def password(browser, **more):
    return browser.post("/sign-in", data={"email": MARA, "password": PASSWORD, **more})


def enter(browser, typed, **more):
    return browser.post("/sign-in/code", data={"code": typed, **more})


def is_in(browser):
    return browser.get("/me").status_code == 200


def said(action):
    return db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action)).all()


def test_setting_it_up_needs_a_first_code_and_shows_ten_codes_once(app, as_user, commit):
    browser = as_user("editor")
    browser.post("/me/second-factor/start")
    page = browser.get("/me/second-factor").text
    secret = commit(lambda: unseal_secret(by_id(browser.user.id)))
    assert "data:image/svg+xml" in page and secret[:4] in page and "style=" not in page
    wrong = browser.post("/me/second-factor/confirm", data={"code": "000000" if code(secret) != "000000" else "1"})
    assert wrong.status_code == 422 and "clock of your phone" in wrong.text
    fresh = app.test_client()
    assert fresh.post("/sign-in", data={"email": browser.user.email, "password": PASSWORD}).location == "/", (
        "not on yet"
    )
    shown = browser.post("/me/second-factor/confirm", data={"code": f" {code(secret)[:3]} {code(secret)[3:]} "})
    codes = re.findall(r"<li>((?:[a-z0-9]{4}-){5}[a-z0-9]{4})</li>", shown.text)
    assert len(set(codes)) == 10 and shown.headers["Cache-Control"] == "no-store"
    assert browser.post("/me/second-factor/confirm", data={"code": code(secret, 1)}).status_code == 409
    page = browser.get("/me/second-factor").text
    assert secret[:8] not in page.replace(" ", "") and codes[0] not in page and "10 left" in page
    assert fresh.get("/me").status_code == 302, "sessions with the password alone have ended"
    stored = commit(
        lambda: (by_id(browser.user.id).totp_secret, [r.code_hash for r in db.session.scalars(sa.select(RecoveryCode))])
    )
    assert stored[0].startswith("v1.") and secret not in stored[0] and not set(stored[1]) & set(codes)
    assert len(said("staff.factor_on")) == 1


def test_the_password_alone_opens_nothing(app, mara):
    browser = app.test_client()
    answer = password(browser, next="/audit")
    assert answer.status_code == 303 and answer.location == "/sign-in/code?next=/audit"
    assert not is_in(browser)
    with browser.session_transaction() as session:
        assert "_user_id" not in session
    assert enter(browser, "000000").status_code == 422
    assert enter(browser, code(mara.secret), next="/audit").location == "/audit"
    assert is_in(browser)
    assert "with a password and an authenticator" in {entry.output_summary for entry in said("staff.sign_in")}


@pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_step(app, mara, steps, opens):
    browser = app.test_client()
    password(browser)
    assert (enter(browser, code(mara.secret, steps)).status_code == 303) is opens


def test_a_step_is_used_once(app, mara):
    """Also the steps before it, and the code that set it up."""
    one, two = app.test_client(), app.test_client()
    password(one), password(two)
    now = code(mara.secret)
    assert enter(one, now).status_code == 303
    assert enter(two, now).status_code == 422
    assert enter(two, code(mara.secret, -1)).status_code == 422
    later()
    assert enter(two, code(mara.secret)).status_code == 303


def test_one_code_sent_twice_at_the_same_moment_opens_one_session(app, mara):
    browsers = [app.test_client() for _ in range(4)]
    for browser in browsers:
        password(browser)
    later(0)
    now, answers, start = code(mara.secret), [], threading.Barrier(4)

    def press(browser):
        start.wait()
        answers.append(enter(browser, now).status_code)

    threads = [threading.Thread(target=press, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422, 422, 422]


def test_a_try_is_counted_while_somebody_is_let_in(app, owner):
    """(S9) Their right code takes the count away, at its worst between two statements of ours: a try is never a fault."""

    def lets_in(*event):
        if "INSERT INTO sign_in_guards" in event[2]:
            with contextlib.suppress(sa.exc.OperationalError), owner.begin() as connection:
                connection.execute(sa.text("SET LOCAL lock_timeout = '100ms'"))  # a row that is ours waits for us
                connection.execute(sa.text("DELETE FROM sign_in_guards"))

    transactions.transaction(guards.count, "code:x", 5, timedelta(minutes=30))
    sa.event.listen(db.engine, "after_cursor_execute", lets_in)
    try:
        assert transactions.transaction(guards.count, "code:x", 5, timedelta(minutes=30)).left == 3
    finally:
        sa.event.remove(db.engine, "after_cursor_execute", lets_in)


def test_codes_cannot_be_guessed_on_and_on(app, mara):
    """Five, then a pause that grows; on new devices together, so a new browser begins nothing anew."""
    seen = []
    for _ in range(4):
        browser = app.test_client()
        password(browser)
        seen += [enter(browser, "12345x").status_code for _ in range(2)]
    assert seen == [422] * 5 + [429] * 3
    assert enter(browser, code(mara.secret)).status_code == 429
    assert "Too many wrong codes" in enter(browser, "1").text


def test_whoever_knows_the_password_cannot_stop_the_owner_on_a_known_device(app, mara):
    """(S9) The count of codes is the device's own, too."""
    stranger = app.test_client()
    password(stranger)
    for _ in range(6):
        enter(stranger, "000000")
    mara.post("/sign-out")
    assert password(mara).location == "/sign-in/code"
    assert enter(mara, code(mara.secret)).status_code == 303


def test_a_recovery_code_works_once_however_it_is_typed(app, mara, commit):
    one, two = app.test_client(), app.test_client()
    password(one), password(two)
    assert enter(one, f" {mara.codes[0].upper().replace('-', ' ')} ").status_code == 303
    assert enter(two, mara.codes[0]).status_code == 422
    assert enter(two, mara.codes[1]).status_code == 303
    assert "8 left" in mara.get("/me/second-factor").text
    assert len(said("staff.recovery_used")) == 2
    kinds = commit(lambda: list(db.session.scalars(sa.select(AccountMail.kind))))
    assert kinds.count("recovery_used") == 2


def test_new_recovery_codes_void_the_old_ones(app, mara):
    shown = mara.post("/me/second-factor/codes")
    assert shown.status_code == 200 and mara.codes[0] not in shown.text
    browser = app.test_client()
    password(browser)
    assert enter(browser, mara.codes[0]).status_code == 422


def test_a_password_link_does_not_go_round_it(app, mara, commit):
    """(ASVS 5.0 6.4.3) The new password is set, and the code is asked for all the same."""
    commit(lambda: actions.make_reset(by_id(mara.user.id)))
    link = make_token(db.session.scalars(sa.select(PasswordReset)).one(), RESET)
    browser, new = app.test_client(), "seven green bicycles in the rain"
    assert browser.post(f"/reset/{link}", data={"new": new, "repeat": new}).location == "/sign-in/code"
    assert not is_in(browser)
    assert enter(browser, code(mara.secret)).status_code == 303 and is_in(browser)


@pytest.mark.parametrize("change", ["password", "suspended and back", "too late", "factor removed"])
def test_half_a_sign_in_is_void_when_the_person_changed_or_waited(app, mara, commit, change):
    browser = app.test_client()
    password(browser)
    if change == "password":
        commit(actions.set_password, mara.user.id, "$argon2id$other", None)
    elif change == "suspended and back":
        commit(make_user, role="admin")
        commit(lambda: actions.suspend(by_id(mara.user.id)))
        commit(lambda: actions.reactivate(by_id(mara.user.id)))
    elif change == "factor removed":
        commit(actions.remove_factor, mara.user.id, None)
    else:
        later(21)
    answer = enter(browser, code(mara.secret))
    assert answer.status_code == 303 and answer.location.startswith("/sign-in") and not is_in(browser)


def test_a_code_without_a_password_leads_to_the_gate(client, mara):
    assert client.get("/sign-in/code").location == "/sign-in"
    assert enter(client, code(mara.secret)).location == "/sign-in"


def test_removing_it_ends_other_sessions_and_is_told(app, mara, commit):
    other = app.test_client()
    password(other)
    enter(other, code(mara.secret))
    assert mara.post("/me/second-factor/remove").status_code == 303
    assert not is_in(other) and is_in(mara)
    assert password(app.test_client()).location == "/"
    assert len(said("staff.factor_off")) == 1
    assert "factor_off" in commit(lambda: list(db.session.scalars(sa.select(AccountMail.kind))))
    assert not commit(lambda: db.session.scalars(sa.select(RecoveryCode)).all())


def test_an_admin_removes_it_for_somebody_who_lost_it(app, mara, as_user, commit):
    admin = as_user("admin")
    assert "Remove second factor" in admin.get(f"/staff/{mara.user.id}").text
    assert admin.post(f"/staff/{mara.user.id}/second-factor/remove").status_code == 303
    assert not is_in(mara) and password(app.test_client()).location == "/"
    (entry,) = said("staff.factor_reset")
    assert entry.severity == "warning" and entry.entity_label == "Mara Voss"
    assert "factor_reset" in commit(lambda: list(db.session.scalars(sa.select(AccountMail.kind))))
    assert as_user("operator").post(f"/staff/{mara.user.id}/second-factor/remove").status_code == 403


@pytest.mark.parametrize(("asked", "role", "must"), [("optional", "admin", False), ("admins", "admin", True), ("admins", "operator", False), ("everybody", "viewer", True)])  # fmt: skip
def test_the_desk_may_ask_for_it(app, as_user, commit, asked, role, must):
    """Nothing else opens until it is set up; signing out does."""
    browser = as_user(role)
    commit(settings.put, "staff.second_factor", asked)
    for path in ("/", "/content", "/me"):
        answer = browser.get(path)
        assert (answer.status_code == 303 and answer.location == "/me/second-factor") is must
    assert browser.get("/me/second-factor").status_code == 200
    if must:
        browser.post("/me/second-factor/start")
        secret = commit(lambda: unseal_secret(by_id(browser.user.id)))
        assert browser.post("/me/second-factor/confirm", data={"code": code(secret)}).status_code == 200
    assert browser.get("/").status_code == 200
    assert browser.post("/sign-out").location == "/sign-in"


def test_its_secrets_move_to_the_newest_key(app, mara, commit, monkeypatch):
    """`flask keys rotate` takes them along; before, the old key is counted as used."""
    ring = crypto.KeyRing((("new", bytes(32)), *app.extensions["keyring"].keys))
    monkeypatch.setitem(app.extensions, "keyring", ring)
    listed = app.test_cli_runner().invoke(args=["keys", "list"]).output
    assert re.search(r"test +1 accounts +run: flask keys rotate", listed)
    assert app.test_cli_runner().invoke(args=["keys", "rotate"]).exit_code == 0
    assert (
        crypto.key_id(
            commit(lambda: db.session.scalar(sa.select(User.totp_secret).where(User.totp_secret.is_not(None))))
        )
        == "new"
    )
    browser = app.test_client()
    password(browser)
    assert enter(browser, code(mara.secret)).status_code == 303


def test_a_letter_goes_to_the_person(app, mara, commit, monkeypatch):
    """(ASVS 5.0 6.3.7) What changed, when, and what to do if it was somebody else; no secret in it."""
    from dataclasses import replace

    from app.staff import mail
    from tests.integration.staff.test_mail import SIGNS_IN, letter
    from tests.unit.outbound.server import Raw
    from tests.unit.outbound.test_mail import smtp

    got: list[bytes] = []
    with Raw(smtp(SIGNS_IN, got)) as server:
        url = f"smtp://desk%40example.org:mail-canary@127.0.0.1:{server.port}"
        monkeypatch.setitem(app.config, "ENVIRONMENT", replace(app.config["ENVIRONMENT"], smtp_url=url))
        assert mail.mail_links() == 1
    text = letter(got).get_content()
    assert "authenticator now stands beside your password" in text and "tell an admin" in text
    assert mara.secret not in text and mara.codes[0] not in text


def test_a_clock_that_was_ahead_and_is_put_back_keeps_nobody_out(app, mara, commit):
    """The last used step lies a day ahead; a code of now works, and then not again."""
    ahead = int(clock.now().timestamp()) // 30 + 2880
    commit(lambda: db.session.execute(sa.update(User).values(totp_step=ahead)))
    one, two = app.test_client(), app.test_client()
    password(one), password(two)
    now = code(mara.secret)
    assert enter(one, now).status_code == 303
    assert enter(two, now).status_code == 422


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "٠١٢٣٤٥",
        "１２３４５６",
        "1" * 2000,
        "🐟" * 6,
        "\x00",
        "-1",
        "1e5",
        "a" * 24,
        "' OR 1=1 --",
        "<b>123456</b>",
    ],
)
def test_odd_codes_are_wrong_codes(app, mara, typed):
    browser = app.test_client()
    password(browser)
    answer = enter(browser, typed)
    assert answer.status_code == 422 and "<b>1" not in answer.text and not is_in(browser)


def test_two_tabs_of_two_people_do_not_mix(app, mara, commit):
    """The second tab's sign-in ends the first one's half way; its code then opens nothing."""
    other = commit(make_user, email="ori@desk.example", full_name="Ori Ben")
    browser = app.test_client()
    password(browser)
    browser.post("/sign-in", data={"email": other.email, "password": PASSWORD})
    assert "Ori Ben" in browser.get("/me").text
    assert enter(browser, code(mara.secret)).location == "/sign-in"
    assert "Ori Ben" in browser.get("/me").text


def test_a_second_press_says_where_codes_are_made_anew(app, as_user, commit):
    """The answer with the codes may be lost: Back, a second click, a broken line."""
    browser = as_user("editor")
    browser.post("/me/second-factor/start")
    secret = commit(lambda: unseal_secret(by_id(browser.user.id)))
    assert browser.post("/me/second-factor/confirm", data={"code": code(secret)}).status_code == 200
    again = browser.post("/me/second-factor/confirm", data={"code": code(secret)})
    assert again.status_code == 409 and "Make new ones" in again.text
    assert browser.post("/me/second-factor/start").status_code == 409
    assert "10 left" in browser.get("/me/second-factor").text


def test_back_to_the_code_page_after_signing_in_leads_home(app, mara):
    browser = app.test_client()
    password(browser)
    enter(browser, code(mara.secret))
    assert browser.get("/sign-in/code").location == "/sign-in"
    assert browser.get("/sign-in").location == "/"


def test_what_was_typed_is_given_back_when_the_desk_asks_for_a_factor_meanwhile(as_user, commit):
    """The setting changes while somebody writes."""
    browser = as_user("editor")
    commit(settings.put, "staff.second_factor", "everybody")
    answer = browser.post("/content/new", data={"title": "Five stones", "body": "One story about the Oyaishi."})
    assert answer.status_code == 403 and "One story about the Oyaishi." in answer.text


def test_asked_to_set_it_up_long_after_signing_in_the_person_confirms_first(as_user, commit):
    browser = as_user("admin")
    commit(settings.put, "staff.second_factor", "admins")
    commit(lambda: db.session.execute(sa.text("UPDATE user_sessions SET confirmed_at = now() - interval '11 minutes'")))
    assert browser.get("/").location == "/me/second-factor"
    asked = browser.get("/me/second-factor").location
    assert asked.startswith("/me/confirm")
    assert browser.post(asked, data={"confirm_secret": PASSWORD}).location == "/me/second-factor"
    assert browser.get("/me/second-factor").status_code == 200


def test_every_change_is_recorded_by_its_verb(app, mara, commit, as_user, monkeypatch):
    """What no verb records, the database tells as plain SQL: setting up, half a sign-in, codes, asking again, new keys."""
    from app.core.settings import put

    browser = app.test_client()
    password(browser)
    enter(browser, "000000")
    enter(browser, mara.codes[0])
    later()
    browser.post("/me/confirm", data={"confirm_secret": code(mara.secret)})
    browser.post("/me/confirm", data={"confirm_secret": PASSWORD})
    browser.post("/me/second-factor/codes")
    monkeypatch.setitem(
        app.extensions, "keyring", crypto.KeyRing((("new", bytes(32)), *app.extensions["keyring"].keys))
    )
    assert commit(actions.reseal_factors, "new") == 1
    browser.post("/me/second-factor/remove")
    browser.post("/me/second-factor/start")
    commit(actions.remove_factor, mara.user.id, None)
    commit(put, "staff.second_factor", "optional")
    mine = sa.and_(
        AuditEntry.action.startswith("sql."),
        AuditEntry.entity_id == str(mara.user.id),
        AuditEntry.action != "sql.insert",
    )
    assert db.session.scalars(sa.select(AuditEntry.changes).where(mine)).all() == []
    assert {"staff.half_way", "staff.confirm", "staff.factor_start", "staff.factor_dropped"} <= {
        entry.action for entry in db.session.scalars(sa.select(AuditEntry))
    }
