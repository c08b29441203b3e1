"""(S14) Roles, secrets, ways in: whoever sits down at an open browser must show that it is them (ASVS 5.0 7.5)."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from app.accounts.models import Account
from app.core.db import db
from app.staff.queries import by_id
from tests.factories import PASSWORD, make_account, make_user


def stale(commit):
    """Everybody signed in a while ago."""
    commit(lambda: db.session.execute(sa.text("UPDATE user_sessions SET confirmed_at = now() - interval '11 minutes'")))


def sealed(page):
    return re.search(r'name="confirm_form"[^>]*value="([^"]*)"', page.text)[1]


@pytest.fixture
def admin(as_user, commit):
    browser = as_user("admin")
    stale(commit)
    return browser


def test_every_view_that_matters_is_marked(session_app):
    """A view that changes roles, secrets or ways in asks; a new one of these rooms must be named here or be marked."""
    plain = {"staff.withdraw_invite", "staff.unlock", "staff.save_profile", "staff.choose_zone", "staff.password",
             "staff.sign_in", "staff.sign_out", "staff.second_factor", "staff.sign_in_help",
             "staff.accept_invite", "staff.reset_password", "staff.confirm",
             "staff.former_form"}  # fmt: skip
    posts = {rule.endpoint for rule in session_app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    marked = {name for name in posts if getattr(session_app.view_functions[name], "is_confirmed", False)}
    assert {name for name in posts if name.startswith("staff.")} - marked == plain
    assert {"accounts.connect", "accounts.reconnect", "accounts.disconnect", "operations.settings"} <= marked


def test_a_role_is_changed_only_after_the_password_and_nothing_typed_is_lost(admin, commit):
    somebody = commit(make_user, role="editor")
    asked = admin.post(f"/staff/{somebody.id}/role", data={"role": "operator"})
    assert asked.status_code == 403 and "Is it you?" in asked.text
    assert commit(by_id, somebody.id).role == "editor"
    form = sealed(asked)
    wrong = admin.post(f"/staff/{somebody.id}/role", data={"confirm_form": form, "confirm_secret": "wrong wrong wrong"})
    assert wrong.status_code == 422 and sealed(wrong) == form and commit(by_id, somebody.id).role == "editor"
    done = admin.post(f"/staff/{somebody.id}/role", data={"confirm_form": form, "confirm_secret": PASSWORD})
    assert done.status_code == 303 and commit(by_id, somebody.id).role == "operator"
    assert admin.post(f"/staff/{somebody.id}/role", data={"role": "viewer"}).status_code == 303, "not asked twice"


def test_a_page_is_asked_for_and_led_back_to(admin):
    answer = admin.get("/settings?x=1")
    assert answer.status_code == 302 and answer.location == "/me/confirm?next=/settings?x%3D1"
    page = admin.get(answer.location)
    assert page.status_code == 200 and 'autocomplete="current-password"' in page.text
    assert admin.post(answer.location, data={"confirm_secret": PASSWORD}).location == "/settings?x=1"
    assert admin.get("/settings?x=1").status_code == 200


def test_a_secret_typed_into_the_form_that_was_interrupted_does_not_stand_in_the_page(as_user, commit):
    """It goes on sealed; sent to another address, or by another session, it is nothing."""
    operator = as_user("operator")
    account = commit(
        make_account, "webhook", secrets={"secret": "whsec_" + "a" * 32}, configuration={"url": "http://127.0.0.1:9/in"}
    )
    stale(commit)
    typed = {"name": "Hook", "url": "http://127.0.0.1:9/in", "secret": "whsec_canarycanarycanary"}
    asked = operator.post("/accounts/connect/webhook", data=typed)
    assert asked.status_code == 403 and "canary" not in asked.text
    form = sealed(asked)
    other = as_user("operator")
    stale(commit)
    for browser, path in ((other, "/accounts/connect/webhook"), (operator, f"/accounts/{account.id}/disconnect")):
        answer = browser.post(path, data={"confirm_form": form, "confirm_secret": PASSWORD})
        assert answer.status_code == 303
        assert commit(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(Account))) == 1
        assert commit(lambda: db.session.get(Account, account.id).deleted_at) is None
        stale(commit)
    answer = operator.post("/accounts/connect/webhook", data={"confirm_form": form, "confirm_secret": PASSWORD})
    assert answer.status_code in (303, 422) and "Is it you?" not in answer.text


def test_guesses_at_an_open_browser_are_bounded(admin):
    seen = [admin.post("/me/confirm", data={"confirm_secret": f"guess {n}"}) for n in range(6)]
    assert {page.status_code for page in seen} == {422} and "Too many wrong tries" in seen[-1].text
    assert "Too many wrong tries" in admin.post("/me/confirm", data={"confirm_secret": PASSWORD}).text


def test_htmx_is_led_to_the_whole_page(admin, commit):
    somebody = commit(make_user)
    answer = admin.post(f"/staff/{somebody.id}/role", data={"role": "viewer"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401 and answer.headers["HX-Redirect"].startswith("/me/confirm")


def test_who_has_not_the_role_is_refused_before_being_asked(as_user, commit):
    viewer = as_user("viewer")
    stale(commit)
    assert viewer.get("/settings").status_code == 403


def test_garbage_in_its_fields_is_the_page_again(admin, commit):
    somebody = commit(make_user)
    for data in (
        {"confirm_secret": ""},
        {"confirm_secret": "\x00"},
        {"confirm_secret": PASSWORD, "confirm_form": "v1.x.y"},
        {"confirm_secret": "x" * 100_000},
    ):
        assert admin.post(f"/staff/{somebody.id}/role", data=data).status_code in (303, 422)
        stale(commit)
    assert commit(by_id, somebody.id).role == "editor"


def test_sessions_are_ended_after_showing_again_that_it_is_you(as_user, app, commit):
    """(ASVS 7.5.2) One, or all others: whoever sits down at an open browser does not throw its owner out elsewhere."""
    here = as_user("editor")
    there = app.test_client()
    there.post("/sign-in", data={"email": here.user.email, "password": PASSWORD})
    stale(commit)
    one = re.search(r"/me/sessions/[0-9a-f-]{36}/revoke", here.get("/me/sessions").text)[0]
    for path in (one, "/me/sessions/revoke-others"):
        asked = here.post(path)
        assert asked.status_code == 403 and "Is it you?" in asked.text and there.get("/me").status_code == 200
    done = here.post(path, data={"confirm_form": sealed(asked), "confirm_secret": PASSWORD})
    assert done.status_code == 303 and there.get("/me").status_code == 302 and here.get("/me").status_code == 200
