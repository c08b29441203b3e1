"""A new password: who is told, what ends, for whom a link is made and how often it may be asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.lib.errors import Conflict
from app.staff import actions, services
from app.staff.models import AccountMail, PasswordReset
from app.staff.person import Caller
from app.staff.queries import by_id, open_sessions
from tests.factories import PASSWORD, make_user

NEW = "seven green bicycles in the rain"
HERE = "203.0.113.9"


@pytest.fixture
def mara(commit):
    return commit(make_user, role="reviewer", email="mara@desk.example", full_name="Mara Voss")


@pytest.fixture
def mails(app, monkeypatch):
    """The desk has a mail server, which nobody asks here."""
    monkeypatch.setitem(app.config, "ENVIRONMENT", replace(app.config["ENVIRONMENT"], smtp_url="smtp://127.0.0.1:1"))


def letters(commit):
    return commit(lambda: list(db.session.scalars(sa.select(AccountMail.kind))))


def links(commit):
    return commit(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(PasswordReset)))


def caller():
    return Caller(ip=HERE, user_agent="", device=None)


@pytest.mark.parametrize("way", ["inside", "by a link"])
def test_who_has_a_new_password_is_written_to_and_every_other_browser_is_out(app, commit, mara, as_user, way):
    """(ASVS 5.0 6.3.7, 7.4.3) Whoever took the account over would else stay in, and its owner would not know."""
    as_user(mara)
    as_user(mara)
    first = commit(open_sessions, mara.id)[0]
    if way == "inside":
        services.change_password(mara.id, first.id, PASSWORD, NEW)
    else:
        token = commit(lambda: actions.make_reset(by_id(mara.id)))
        entry = services.use_reset(token, NEW, caller())
        assert entry.token is not None
    left = commit(open_sessions, mara.id)
    assert len(left) == 1 and (left[0].id == first.id) == (way == "inside")
    assert letters(commit) == ["password_changed"]


def test_no_link_is_made_for_somebody_who_is_suspended(app, commit, mara, mails):
    """Neither by an admin nor by asking at the door, which says the same as for a stranger."""
    commit(lambda: actions.suspend(by_id(mara.id)))
    with pytest.raises(Conflict, match="suspended"):
        commit(lambda: actions.make_reset(by_id(mara.id)))
    assert commit(actions.ask_for_link, mara.email, HERE) is None
    assert links(commit) == 0


def test_one_network_asks_for_links_of_twenty_addresses_and_no_more(app, commit, mara, mails):
    for number in range(20):
        assert commit(actions.ask_for_link, f"nobody{number}@desk.example", HERE) is None
    assert commit(actions.ask_for_link, mara.email, HERE) is not None
    assert links(commit) == 0
    assert commit(actions.ask_for_link, mara.email, "198.51.100.7") is None and links(commit) == 1


def test_a_password_that_was_changed_while_it_was_looked_at_opens_nothing(app, commit, mara, monkeypatch):
    """The look takes a while, with no transaction open: meanwhile the person changed it, because somebody knew the old one."""
    real = services.passwords.verify

    def verify(stored, plain):
        good = real(stored, plain)
        commit(actions.set_password, mara.id, "$argon2id$other", None)
        return good

    monkeypatch.setattr(services.passwords, "verify", verify)
    with pytest.raises(services.Refusal):
        services.sign_in(mara.email, PASSWORD, caller())
    assert commit(open_sessions, mara.id) == []
