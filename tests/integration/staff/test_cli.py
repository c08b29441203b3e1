"""`flask staff …`: helps when nobody can get in by the browser."""

from __future__ import annotations

import re

import pytest

from app.staff.queries import by_email
from tests.factories import PASSWORD, make_user


@pytest.fixture
def flask(app):
    runner = app.test_cli_runner()
    return lambda *args, typed=None: runner.invoke(args=["staff", *args], input=typed)


def test_create_prints_a_password_once_and_it_works(flask, client, commit):
    made = flask("create", "hana@desk.example", "--name", "Hana Tesfaye", "--role", "admin")
    assert made.exit_code == 0 and "as admin" in made.output
    password = re.search(r"shown once\): (\S+)", made.output)[1]
    assert client.post("/sign-in", data={"email": "hana@desk.example", "password": password}).status_code == 303
    assert "hana@desk.example" in flask("list").output


GOOD = "seven green bicycles in the rain"


@pytest.mark.parametrize("way", ["typed", "piped", "a file"])
def test_a_given_password_is_not_printed_and_works(flask, client, tmp_path, way):
    """(S14) Typed twice, piped in, or by a file: never as an argument."""
    (tmp_path / "kept").write_text(GOOD + "\nnot this\n")
    options, typed = {
        "typed": (["--ask"], f"{GOOD}\n{GOOD}\n"),
        "piped": (["--password-file", "-"], f"{GOOD}\n"),
        "a file": (["--password-file", str(tmp_path / "kept")], None),
    }[way]
    made = flask("create", "hana@desk.example", "--name", "Hana", *options, typed=typed)
    assert made.exit_code == 0 and GOOD not in made.output, made.output
    assert client.post("/sign-in", data={"email": "hana@desk.example", "password": GOOD}).status_code == 303


@pytest.mark.parametrize("command", ["create", "password"])
def test_a_password_in_the_process_list_is_refused(flask, commit, command):
    """(S14) Also for whoever has the old way in a script: nothing is changed, and it says what to use."""
    user = commit(make_user, email="hana@desk.example")
    for args in (("--password", GOOD), (f"--password={GOOD}",)):
        answer = flask(command, "hana2@desk.example" if command == "create" else user.email, *args)
        assert answer.exit_code != 0 and "--ask" in answer.output and GOOD not in answer.output
    assert "hana2" not in flask("list").output
    assert "--password " not in flask(command, "--help").output


def test_what_is_wrong_with_a_given_password_is_told(flask, tmp_path):
    (tmp_path / "empty").write_text("\n")
    for options, typed, words in (
        (["--ask"], "one two three four\nfour three two one\n", "do not match"),
        (["--ask", "--password-file", "-"], f"{GOOD}\n", "not both"),
        (["--password-file", str(tmp_path / "none")], None, "cannot be read (No such file"),
        (["--password-file", str(tmp_path / "empty")], None, "no password in it"),
        (["--password-file", "-"], "Password1234\n", "first that a stranger would try"),
        (["--password-file", "-"], "hana@desk.example\n", "a name that others know"),
    ):
        answer = flask("create", "hana@desk.example", *options, typed=typed)
        assert answer.exit_code != 0 and words in answer.output and "Traceback" not in answer.output, answer.output


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("create", "no address", "--name", "X"), "e-mail address"),
        (("create", "a@b.example", "--name", "X", "--password", "short"), "can be read by others"),
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
    answer = flask("password", browser.user.email, "--password-file", "-", typed="seven green bottles stand\n")
    assert answer.exit_code == 0, answer.output
    assert browser.get("/me").status_code == 302
    assert (
        client.post("/sign-in", data={"email": browser.user.email, "password": "seven green bottles stand"}).status_code
        == 303
    )


def test_role_suspend_and_reactivate(flask, commit):
    user = commit(make_user, role="editor")
    assert "now operator" in flask("role", user.email, "operator").output
    assert "is suspended" in flask("suspend", user.email).output
    assert "may sign in again" in flask("reactivate", user.email).output
