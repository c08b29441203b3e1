"""Moves of an account: checking, active, expired, invalid, paused; what is recorded with each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts import actions, queries, sealing
from app.accounts.connect_input import ConnectInput
from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.core.db import db
from app.lib import clock
from app.lib.errors import Conflict, Invalid
from app.platforms.base import CannotTell, Refused, Verified
from tests.factories import make_account


def said(action: str) -> list[AuditEntry]:
    return list(db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action)))


def connected(commit: Any, **entry: Any) -> Account:
    entry = {"platform": "sandbox", "name": "Proof", **entry}
    return commit(actions.connect, ConnectInput(**entry))


def again(account: Account) -> Account:
    db.session.expire_all()
    return queries.by_id(account.id)


def test_a_new_account_is_checked_and_becomes_active(commit: Any) -> None:
    account = connected(commit)
    assert account.status == "checking" and not account.is_usable
    commit(actions.settle_check, account.id, Verified("sandbox:Proof", "Proof"))
    assert again(account).status == "active"
    assert [e.changes["kind"] for e in said("accounts.came_back")] == [["account_down", None]]


def test_a_refused_account_is_invalid_and_comes_back_by_reconnecting(commit: Any) -> None:
    account = connected(commit)
    commit(actions.settle_check, account.id, Refused("Wrong password.", field="token"))
    assert again(account).status == "invalid" and again(account).meta["check"]["message"] == "Wrong password."
    commit(lambda: actions.reconnect(queries.by_id(account.id), ConnectInput("sandbox", "Proof")))
    assert again(account).status == "checking"
    commit(actions.settle_check, account.id, Verified("sandbox:Proof", "Proof"))
    assert again(account).status == "active"


def test_network_trouble_changes_no_status(commit: Any) -> None:
    account = commit(make_account, "sandbox")
    commit(actions.settle_check, account.id, CannotTell("The name could not be resolved."))
    assert again(account).status == "active" and again(account).meta["check"]["tries"] == 1


def test_an_answer_about_replaced_secrets_is_dropped(commit: Any) -> None:
    account = connected(commit)
    old = account.meta["round"]
    commit(lambda: actions.reconnect(queries.by_id(account.id), ConnectInput("sandbox", "Proof")))
    commit(actions.settle_check, account.id, Refused("Wrong password."), old)
    assert again(account).status == "checking"


def test_a_token_of_another_account_is_refused(commit: Any) -> None:
    account = commit(make_account, "sandbox", account_id="me")
    commit(actions.settle_check, account.id, Verified("somebody-else", "Somebody"))
    assert again(account).status == "invalid" and "another account" in again(account).meta["check"]["message"]


def test_leaving_active_is_told_once(commit: Any) -> None:
    account = commit(make_account, "sandbox")
    assert commit(actions.mark_down, account, "invalid", "401") is True
    assert commit(actions.mark_down, account, "invalid", "401") is False
    assert [e.changes["kind"] for e in said("accounts.left_active")] == [[None, "account_down"]]


def test_pause_stands_apart_from_status(commit: Any) -> None:
    account = commit(make_account, "sandbox")
    commit(actions.pause, account, "holiday")
    assert (
        again(account).status == "active" and not again(account).is_usable and again(account).shown_status == "paused"
    )
    with pytest.raises(Conflict):
        commit(actions.pause, account)
    commit(actions.resume, account)
    assert again(account).is_usable
    assert [e.changes["kind"] for e in said("accounts.left_active")] == [[None, "account_paused"]]
    assert [e.changes["kind"] for e in said("accounts.came_back")] == [["account_paused", None]]


def test_time_expires_an_account_and_a_refresh_brings_it_back(commit: Any) -> None:
    account = commit(make_account, "sandbox", expires_at=clock.now() - timedelta(minutes=1))
    commit(actions.check_due)
    assert again(account).status == "expired"
    commit(actions.settle_check, account.id, Verified("x", "x", expires_at=clock.now() + timedelta(days=60)))
    assert again(account).status == "active"


def test_it_warns_of_an_end_once(commit: Any) -> None:
    account = commit(make_account, "sandbox", expires_at=clock.now() + timedelta(days=3))
    commit(actions.check_due)
    commit(actions.check_due)
    assert len(said("accounts.expires_soon")) == 1 and again(account).status == "active"


def test_the_same_name_is_connected_once_and_revived_after_disconnecting(commit: Any) -> None:
    first = connected(commit)
    with pytest.raises(Invalid) as refused:
        connected(commit)
    assert "connected already" in refused.value.errors["name"]
    commit(lambda: actions.disconnect(queries.by_id(first.id)))
    assert connected(commit).id == first.id and again(first).deleted_at is None


def test_disconnecting_forgets_the_secrets(commit: Any) -> None:
    account = commit(make_account, "sandbox", secrets={"token": "very-secret"})
    commit(lambda: actions.disconnect(queries.by_id(account.id)))
    assert again(account).credentials == {} and again(account).key_id is None and not again(account).is_usable


def test_rotated_secrets_of_a_check_are_sealed_and_empty_ones_dropped(commit: Any) -> None:
    account = commit(make_account, "sandbox", secrets={"token": "old", "refresh": "keep"})
    commit(actions.settle_check, account.id, Verified("x", "x", secrets={"token": "new", "refresh": ""}))
    assert sealing.open_tree(account.id, again(account).credentials) == {"token": "new", "refresh": "keep"}


def test_accounts_that_wait_for_a_look_are_rung(commit: Any) -> None:
    waits = commit(make_account, "sandbox", status="checking")
    stale = commit(make_account, "sandbox", last_verified_at=clock.now() - timedelta(days=2))
    commit(make_account, "sandbox", last_verified_at=clock.now())
    assert queries.due_for_check(timedelta(hours=24)) == [stale.id]
    clock_back = {"at": (clock.now() - timedelta(minutes=2)).isoformat(), "tries": 0}
    commit(lambda: setattr(queries.by_id(waits.id), "meta", {"check": clock_back}))
    assert set(queries.due_for_check(timedelta(hours=24))) == {waits.id, stale.id}


def test_a_sign_in_that_lacks_a_right_stays_down_until_other_secrets_come(commit: Any) -> None:
    """(D13) it signs in well, so each check set it active again, and each post was refused again."""
    entry = {"platform": "webhook", "name": "Hook", "configuration": {"url": "https://hook.test/x"}}
    account = connected(commit, **entry, secrets={"secret": "whsec_" + "A" * 32})
    commit(actions.settle_check, account.id, Verified("hook", "Hook"))
    commit(lambda: actions.mark_down(queries.by_id(account.id), "invalid", "It lacks write:statuses.", lasting=True))
    for _ in range(2):
        commit(actions.settle_check, account.id, Verified("hook", "Hook"))
        assert again(account).status == "invalid"
        assert again(account).meta["check"]["message"] == "It lacks write:statuses."
    commit(lambda: actions.reconnect(queries.by_id(account.id), ConnectInput(**entry)))  # the same secret
    commit(actions.settle_check, account.id, Verified("hook", "Hook"))
    assert again(account).status == "invalid"
    fresh = ConnectInput(**entry, secrets={"secret": "whsec_" + "B" * 32})
    commit(lambda: actions.reconnect(queries.by_id(account.id), fresh))
    commit(actions.settle_check, account.id, Verified("hook", "Hook"))
    assert again(account).status == "active"
