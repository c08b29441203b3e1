"""Refreshing a sign-in: one refresh for all, no disconnect on a blip, never overwritten with an empty token."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from app.accounts import connector_context, services
from app.accounts.actions import reconnect
from app.accounts.connect_input import ConnectInput
from app.accounts.models import Account
from app.accounts.shared_sessions import SharedSessions
from app.core.db import db
from app.core.transactions import transaction
from app.delivery.actions.claim import Claimed, renew
from app.platforms import registry
from tests import publishing_desk as desk
from tests.factories import unseal_account


@pytest.fixture
def account(plant):
    """A Bluesky account that has posted once; its access token has expired at the platform since."""
    key = plant.account("bluesky")
    (first,) = desk.scheduled(key)
    desk.work()
    assert desk.record(first).status == "success"
    opened = unseal_account(key)
    old = {**session(key), "at": (datetime.now(UTC) - timedelta(minutes=2)).isoformat()}  # not made just now
    SharedSessions().put(opened, old)
    plant.fake().settings(clock_offset=100_000)
    return key


def status(key):
    return transaction(lambda: db.session.get(Account, key, populate_existing=True)).status


def session(key):
    return SharedSessions().get(unseal_account(key))


def test_an_expired_token_is_refreshed_once_and_the_post_goes_out(plant, account):
    (key,) = desk.scheduled(account, text="After the refresh.")
    before = session(account)["access"]
    desk.work()
    assert desk.record(key).status == "success" and len(plant.fake().posts("After the refresh.")) == 1
    assert session(account)["access"] != before and plant.fake().state()["requests"]["refresh"] == 1


def test_two_at_once_make_one_refresh(plant, account):
    opened = unseal_account(account)

    def one():
        with plant.app.app_context():
            registry.get("bluesky").refresh(connector_context.context(opened), opened)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert plant.fake().state()["requests"]["refresh"] == 1


@pytest.mark.parametrize(
    "trouble", [{"do": "reset_before"}, {"do": "error_before", "status": 503}, {"do": "close_before"}]
)
def test_a_blip_while_refreshing_disconnects_nobody(plant, account, trouble):
    (key,) = desk.scheduled(account, text="Later.")
    plant.fake().script(on="refresh", **trouble)
    desk.work()
    row = desk.record(key)
    assert row.status == "retrying" and row.error_type in ("network_timeout", "platform_error")
    assert status(account) == "active" and desk.holds(account) == []
    desk.by_hand("UPDATE publish_records SET next_retry_at = app_now()")
    desk.work()
    assert desk.record(key).status == "success" and len(plant.fake().posts("Later.")) == 1


def test_a_dead_refresh_token_signs_in_anew(plant, account):
    (key,) = desk.scheduled(account)
    plant.fake().script(
        "answer", on="refresh", status=400, body={"error": "ExpiredToken", "message": "Token has expired"}
    )
    desk.work()
    assert desk.record(key).status == "success" and status(account) == "active"


def test_a_dead_token_and_a_refused_password_take_the_account_down_and_hold_the_rest(plant, account):
    (first,), (second,) = desk.scheduled(account), desk.scheduled(account)
    dead = {"error": "ExpiredToken", "message": "Token has expired"}
    plant.fake().script("answer", on="refresh", status=400, body=dead, times=0)
    refused = {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
    plant.fake().script("answer", on="session", status=401, body=refused, times=0)
    desk.work()
    assert sorted(desk.record(key).status for key in (first, second)) == ["failed", "pending"]
    assert {desk.record(key).error_type for key in (first, second)} == {"auth_failed", None}
    assert status(account) == "invalid" and desk.work() == 0


def test_an_empty_refresh_token_never_overwrites_the_one_we_have(plant, account):
    old = session(account)["refresh"]
    plant.fake().script(
        "answer",
        on="refresh",
        status=200,
        body={"accessJwt": "access-x", "refreshJwt": "", "did": session(account)["did"], "handle": "desk.test"},
    )
    opened = unseal_account(account)
    registry.get("bluesky").refresh(connector_context.context(opened), opened)
    assert session(account)["access"] == "access-x" and session(account)["refresh"] == old


def long_refresh(plant, account):
    """A worker whose create was refused for the old token hangs in the refresh; its record and its name."""
    (key,) = desk.scheduled(account, text="Once.")
    plant.fake().barrier("request_read", on="refresh")
    plant.start()
    plant.ring()
    plant.fake().wait(1)
    return key, desk.record(key).lease_owner


def ends_well(plant, key):
    """Sent by itself, once; the account is as it was."""
    plant.ring()
    plant.until(plant.idle)  # moments are not moved while a worker writes them
    plant.settle(step_seconds=20)
    assert desk.record(key).status == "success", desk.attempts(key)[-1].message
    assert len(plant.fake().posts("Once.")) == 1 and status(desk.record(key).credential_id) == "active"


def test_a_refresh_longer_than_the_lease_keeps_the_record(plant, account):
    key, worker = long_refresh(plant, account)
    hand = [Claimed(key, desk.record(key).claim_token, "prepare")]
    for _ in range(3):  # two minutes; the worker's own thread renews every 15 s
        plant.age(40)
        transaction(renew, hand)
        plant.sweep()
    assert (desk.record(key).status, desk.record(key).lease_owner) == ("publishing", worker)
    plant.fake().release()
    ends_well(plant, key)
    assert [attempt.outcome for attempt in desk.attempts(key)] == ["no", "yes"]


def test_a_worker_that_dies_while_refreshing_leaves_a_record_that_goes_out_by_itself(plant, account):
    key, _ = long_refresh(plant, account)
    plant.age(61)
    plant.sweep()
    assert desk.record(key).status == "pending"
    plant.fake().release()
    ends_well(plant, key)


def test_a_late_no_to_an_old_token_is_tried_again(plant, account):
    """The worker lost its lease before the answer came: the answer is evidence that nothing is out, not that it never can be."""
    (key,) = desk.scheduled(account, text="Once.")
    plant.fake().barrier("request_read")
    plant.start()
    plant.ring()
    plant.fake().wait(1)
    plant.age(61)
    plant.sweep()
    assert desk.record(key).status == "unknown"
    plant.fake().release()
    plant.until(lambda: desk.record(key).status == "retrying")
    ends_well(plant, key)
    assert desk.record(key).retry_count == 1


def held_create(plant, key, refused, skip=0):
    """A worker whose create waits at the platform, which will say that its token is not good."""
    plant.fake().barrier("request_read", skip=skip)
    plant.fake().script("answer", status=401, body=refused, times=1 + skip)
    plant.start()
    plant.ring()
    plant.fake().wait(1)
    assert desk.record(key).step == "commit"


def connected_again(key):
    """A person gives the account a new token."""
    account = transaction(lambda: db.session.get_one(Account, key, populate_existing=True))
    entry = ConnectInput(
        "mastodon",
        account.account_name,
        {"access_token": "the-new-token-of-the-desk-0123456789abcdefgh"},
        account.configuration,
    )
    transaction(lambda: reconnect(db.session.get_one(Account, key), entry))


def checked(key):
    services.verify(key)
    assert status(key) == "active"


@pytest.mark.parametrize("order", ["checked first", "answered first"])
def test_a_no_to_a_token_that_a_person_has_replaced_takes_nobody_down(plant, order):
    account = plant.account("mastodon")
    (key,) = desk.scheduled(account, text="Once.")
    held_create(plant, key, {"error": "The access token is invalid"})
    connected_again(account)
    if order == "checked first":
        checked(account)
    plant.fake().release()
    if order == "answered first":
        plant.until(lambda: desk.record(key).status == "pending")
        assert status(account) == "checking" and len(desk.attempts(key)) == 1
        checked(account)
    ends_well(plant, key)
    assert [attempt.outcome for attempt in desk.attempts(key)] == ["no", "yes"] and desk.holds(account) == []


def test_a_no_to_an_account_as_it_was_is_no_verdict_on_it_as_it_is(plant):
    """A 403 is not refreshed, it takes the account down; but not when it was said to the token before."""
    account = plant.account("mastodon")
    (key,) = desk.scheduled(account, text="Once.")
    plant.fake().barrier("request_read")
    plant.fake().script("answer", status=403, body={"error": "This action is not allowed"})
    plant.start()
    plant.ring()
    plant.fake().wait(1)
    connected_again(account)
    checked(account)
    plant.fake().release()
    plant.until(lambda: desk.record(key).status != "publishing")
    assert (desk.record(key).status, desk.record(key).error_type) == ("retrying", "auth_failed")
    ends_well(plant, key)


def test_a_no_to_a_token_that_another_worker_has_refreshed_takes_nobody_down(plant, account):
    """Both calls of a delivery are refused; while the second is under way another worker brings a fresh token."""
    (key,) = desk.scheduled(account, text="Once.")
    held_create(plant, key, {"error": "ExpiredToken", "message": "Token has expired"}, skip=1)
    opened, used = unseal_account(account), session(account)
    SharedSessions().put(opened, {**used, "at": (datetime.now(UTC) - timedelta(minutes=2)).isoformat()})
    registry.get("bluesky").refresh(connector_context.context(opened), opened)
    assert session(account)["access"] != used["access"]
    plant.fake().release()
    ends_well(plant, key)
    assert [attempt.outcome for attempt in desk.attempts(key)] == ["no", "no", "yes"]
