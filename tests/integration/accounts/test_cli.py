"""`flask staff …`: helps when nobody can get in by the browser."""

from __future__ import annotations

import re

import pytest

from app.accounts.queries import by_email
from tests.factories import PASSWORD, make_user


@pytest.fixture
def flask(app):
    runner = app.test_cli_runner()
    return lambda *args: runner.invoke(args=["staff", *args])


def test_create_prints_a_password_once_and_it_works(flask, client, commit):
    made = flask("create", "hana@desk.example", "--name", "Hana Tesfaye", "--role", "admin")
    assert made.exit_code == 0 and "as admin" in made.output
    password = re.search(r"shown once\): (\S+)", made.output)[1]
    assert client.post("/sign-in", data={"email": "hana@desk.example", "password": password}).status_code == 303
    assert "hana@desk.example" in flask("list").output


def test_a_given_password_is_not_printed(flask):
    made = flask("create", "hana@desk.example", "--name", "Hana", "--password", PASSWORD)
    assert made.exit_code == 0 and PASSWORD not in made.output


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("create", "no address", "--name", "X"), "e-mail address"),
        (("create", "a@b.example", "--name", "X", "--password", "short"), "12 to 200"),
        (("create", "a@b.example", "--name", " "), "Enter a name"),
        (("create", "a@b.example", "--name", "X", "--role", "emperor"), "emperor"),
        (("unlock", "nobody@desk.example"), "staff list"),
        (("role", "nobody@desk.example", "admin"), "staff list"),
    ],
)
def test_mistakes_are_told_in_words(flask, args, words):
    answer = flask(*args)
    assert answer.exit_code != 0 and words in answer.output and "Traceback" not in answer.output


def test_a_second_one_with_the_same_address_is_refused(flask):
    assert flask("create", "hana@desk.example", "--name", "Hana").exit_code == 0
    assert "on the staff already" in flask("create", "HANA@desk.example", "--name", "Hana").output


def test_the_last_admin_stays_here_too(flask, commit):
    user = commit(make_user, role="admin")
    for args in (("suspend", user.email), ("role", user.email, "viewer")):
        assert "last active admin" in flask(*args).output
    assert commit(by_email, user.email).role == "admin"


def test_a_new_password_unlocks_and_ends_sessions(flask, as_user, client):
    browser = as_user("admin")
    for _ in range(5):
        client.post("/sign-in", data={"email": browser.user.email, "password": "wrong wrong wrong"})
    assert client.post("/sign-in", data={"email": browser.user.email, "password": PASSWORD}).status_code == 429
    answer = flask("password", browser.user.email, "--password", "seven green bottles stand")
    assert answer.exit_code == 0, answer.output
    assert browser.get("/account").status_code == 302
    assert (
        client.post("/sign-in", data={"email": browser.user.email, "password": "seven green bottles stand"}).status_code
        == 303
    )


def test_role_suspend_and_reactivate(flask, commit):
    user = commit(make_user, role="editor")
    assert "now operator" in flask("role", user.email, "operator").output
    assert "is suspended" in flask("suspend", user.email).output
    assert "may sign in again" in flask("reactivate", user.email).output
