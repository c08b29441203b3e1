"""The first admin of an empty desk, and the password that the environment may give."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.cli import first_people
from app.staff import passwords
from app.staff.queries import count_active_people
from tests.conftest import PASSWORD

GOOD = "seven green bicycles in the rain"


@pytest.fixture
def first(app, monkeypatch):
    """`first(password)`: the people that an empty desk makes of that environment."""

    def make(password, email="admin@pressroom.example"):
        monkeypatch.setitem(
            app.config,
            "ENVIRONMENT",
            replace(app.config["ENVIRONMENT"], admin_password=password, admin_email=email, demo=False),
        )
        return first_people.make_first_people()

    return make


@pytest.mark.parametrize(
    ("password", "why"),
    [("short", "at least 12"), (PASSWORD, "stranger would try"), ("password1234", "stranger would try"), ("aaaaaaaaaaaaaaaa", "stranger"),
     ("Admin-Pressroom-1", "name that others know"), ("x" * 201, "at most 200")],
)  # fmt: skip
def test_what_would_be_refused_from_anybody_is_refused_from_the_environment(first, commit, client, password, why):
    """(ASVS 6.2.4, 6.3.2) It says which variable, why, and what to do; nobody is made, and the password is not repeated."""
    with pytest.raises(SystemExit) as said:
        first(password)
    assert (
        "PRESSROOM_ADMIN_PASSWORD" in str(said.value) and why in str(said.value) and "Leave it out" in str(said.value)
    )
    assert password not in str(said.value) and commit(count_active_people) == 0


def test_a_good_one_opens_the_desk_and_a_later_bad_one_is_not_asked(first, client):
    """What is used once is judged once: a desk that has people starts whatever the variable says."""
    (made,) = first(GOOD)
    assert made["password"] == GOOD
    assert client.post("/sign-in", data={"email": made["email"], "password": GOOD}).status_code == 303
    assert [one["password"] for one in first("password1234")] == [None]


def test_a_random_one_is_never_made_of_the_persons_own_words(first, client, monkeypatch):
    """Drawn again until the desk would take it: here the words are nearly all the admin's own."""
    monkeypatch.setattr(first_people, "WORDS", ["stone", "river", "stone", "river", "quartz", "harbor"])
    (made,) = first(None, email="stone.river@desk.example")
    assert passwords.complaint(made["password"], "stone.river@desk.example", "Admin") is None
    assert client.post("/sign-in", data={"email": made["email"], "password": made["password"]}).status_code == 303
