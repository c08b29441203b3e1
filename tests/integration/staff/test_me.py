"""My profile: what one may choose, the theme without JavaScript, lost form tokens."""

from __future__ import annotations

import re

import pytest

from app.factory import create_app
from app.staff.queries import by_id
from tests.conftest import Browser
from tests.factories import PASSWORD, make_user

GOOD = {"full_name": "Mara Voss", "timezone": "Africa/Addis_Ababa", "theme": "dark", "density": "compact"}


def test_choices_are_kept_and_the_theme_is_in_the_cookie(as_user, commit):
    browser = as_user("editor")
    answer = browser.post("/me", data=GOOD)
    assert answer.status_code == 303
    user = commit(by_id, browser.user.id)
    assert user.full_name == "Mara Voss"
    assert user.preferences == {"timezone": "Africa/Addis_Ababa", "theme": "dark", "density": "compact", "keys": "off"}
    page = browser.get("/me").get_data(as_text=True)
    assert 'data-bs-theme="dark"' in page and 'data-keys="off"' in page


@pytest.mark.parametrize(
    "bad",
    [
        {"timezone": "Mars/Olympus"},
        {"timezone": "localtime"},
        {"theme": "neon"},
        {"density": ""},
        {"full_name": " "},
        {"full_name": "x" * 101},
    ],
)
def test_what_is_not_on_the_list_is_refused(as_user, bad):
    assert as_user("editor").post("/me", data={**GOOD, **bad}).status_code == 422


def test_names_of_all_scripts_and_no_markup(as_user):
    browser = as_user("editor")
    browser.post("/me", data={**GOOD, "full_name": "ሀና <script>alert(1)</script> علي"})
    page = browser.get("/me").get_data(as_text=True)
    assert "<script>alert" not in page and "ሀና &lt;script&gt;" in page


def test_a_new_browser_takes_the_theme_that_was_chosen(as_user, client):
    browser = as_user("editor")
    browser.post("/me", data=GOOD)
    client.post("/sign-in", data={"email": browser.user.email, "password": PASSWORD})
    assert 'data-bs-theme="dark"' in client.get("/me").get_data(as_text=True)


@pytest.fixture
def strict(settings, app):
    """The app with form tokens checked."""
    other = create_app(settings, TESTING=True)
    other.test_client_class = Browser
    return other.test_client()


def token_in(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def test_a_lost_form_token_keeps_what_was_typed(strict, commit):
    user = commit(make_user)
    answer = strict.post("/sign-in", data={"email": user.email, "password": PASSWORD, "next": "/me"})
    page = answer.get_data(as_text=True)
    assert (
        answer.status_code == 400 and f'value="{user.email}"' in page and "once more" in page and PASSWORD not in page
    )
    again = strict.post(
        "/sign-in", data={"email": user.email, "password": PASSWORD, "csrf_token": token_in(page), "next": "/me"}
    )
    assert again.status_code == 303 and again.location == "/me"


def test_a_form_token_from_before_signing_in_is_not_accepted_after(strict, commit):
    user = commit(make_user)
    before = token_in(strict.get("/sign-in").get_data(as_text=True))
    strict.post("/sign-in", data={"email": user.email, "password": PASSWORD, "csrf_token": before})
    answer = strict.post("/me", data={**GOOD, "csrf_token": before})
    assert answer.status_code == 400 and "Go back" in answer.get_data(as_text=True)


def test_the_secure_flag_follows_the_address(settings, app, commit):
    from dataclasses import replace

    user = commit(make_user)
    other = create_app(replace(settings, url="https://desk.example.org"), TESTING=True, WTF_CSRF_ENABLED=False)
    other.test_client_class = Browser
    browser = other.test_client()
    answer = browser.post(
        "/sign-in", data={"email": user.email, "password": PASSWORD}, base_url="https://desk.example.org"
    )
    assert all("Secure" in cookie for cookie in answer.headers.getlist("Set-Cookie"))
