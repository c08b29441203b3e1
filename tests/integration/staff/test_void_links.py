"""(S14) A password link is void once the password, the address or the state of its person changed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.staff import actions, services
from app.staff.links import make_token
from app.staff.models import PasswordReset
from app.staff.queries import by_id, open_reset
from app.staff.queries.links import RESET
from tests.factories import PASSWORD, make_user

NEW = "seven green bicycles in the rain"


@pytest.fixture
def mara(commit):
    return commit(make_user, role="reviewer", email="mara@desk.example", full_name="Mara Voss")


def link(commit, user):
    commit(lambda: actions.make_reset(by_id(user.id)))
    return "/reset/" + make_token(db.session.scalars(sa.select(PasswordReset)).one(), RESET)


CHANGES = {
    "the person changed it": lambda commit, user: services.change_password(user.id, None, PASSWORD, NEW),
    "the command line changed it": lambda commit, user: commit(actions.set_password, user.id, "$argon2id$other", None),
    "the address changed": lambda commit, user: commit(
        lambda: db.session.execute(sa.text("UPDATE users SET email = 'm@desk.example'"))
    ),
    "suspended and taken back": lambda commit, user: (
        commit(lambda: actions.suspend(by_id(user.id))),
        commit(lambda: actions.reactivate(by_id(user.id))),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_link_from_before_a_change_opens_nothing(app, client, mara, commit, change):
    """(S14) Not the page, not its form; the staff page offers a new one, and the mail is not sent."""
    path = link(commit, mara)
    assert client.get(path).status_code == 200
    CHANGES[change](commit, mara)
    answers = [client.get(path), client.post(path, data={"new": NEW, "repeat": NEW})]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert "account changed after the link was made" in answers[0].text
    assert commit(open_reset, mara.id) is None


def test_a_page_opened_before_the_change_is_refused_when_it_is_sent(client, mara, commit):
    path = link(commit, mara)
    assert client.get(path).status_code == 200 and client.get("/me").status_code == 302, "a link alone lets nobody in"
    commit(actions.set_password, mara.id, "$argon2id$other", None)
    assert client.post(path, data={"new": NEW, "repeat": NEW}).status_code == 404


def test_other_changes_leave_the_link_alone(client, mara, commit):
    path = link(commit, mara)
    commit(lambda: actions.rename(by_id(mara.id), "Mara V."))
    commit(lambda: actions.change_role(by_id(mara.id), "editor"))
    assert client.post(path, data={"new": NEW, "repeat": NEW}).status_code == 303
