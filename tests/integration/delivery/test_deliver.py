"""From an approved version to a post, by the real verbs and one drain."""

from __future__ import annotations

import sqlalchemy as sa

from app.accounts.models import Account
from app.core.db import db
from app.core.transactions import transaction
from app.site.models import LocalPost
from tests import publishing_desk as desk


def posts() -> list[LocalPost]:
    return transaction(lambda: list(db.session.scalars(sa.select(LocalPost))))


def test_an_approved_version_goes_out_once(app):
    (key,) = desk.scheduled(desk.account("site"), text="Hello, world.")
    assert desk.work() == 1
    row = desk.record(key)
    assert (row.status, row.lease_owner, row.step) == ("success", None, None)
    assert row.platform_url and row.platform_url.startswith("http://localhost/site/")
    assert [post.body for post in posts()] == ["Hello, world."]
    (attempt,) = desk.attempts(key)
    assert (attempt.step, attempt.outcome, attempt.number, attempt.post_id) == (
        "commit",
        "yes",
        1,
        row.platform_post_id,
    )
    assert len(attempt.fingerprint) == 64 and attempt.client_key == row.client_key
    assert desk.job(key).status == "success"
    assert desk.work() == 0 and len(posts()) == 1


def test_the_item_follows_its_records(app):
    made = desk.approved()
    (key,) = desk.scheduled(desk.account("site"), made=made)
    item = transaction(lambda: db.session.get(type(made[0]), made[0].id))
    assert (item.status, item.open_records) == ("scheduled", 1)
    desk.work()
    item = transaction(lambda: db.session.get(type(made[0]), made[0].id, populate_existing=True))
    assert (item.status, item.open_records, item.live_records) == ("published", 0, 1)


def test_a_refusal_fails_at_once_and_says_why(app):
    (key,) = desk.scheduled(desk.account("sandbox", configuration={"behaviour": "refuses"}))
    desk.work()
    row = desk.record(key)
    assert (row.status, row.error_type, row.dead_letter_reason) == ("failed", "content_rejected", "content_rejected")
    assert row.dead_letter_at and row.retry_count == 0 and desk.job(key).status == "failed"


def test_silence_is_unknown_and_asks(app):
    (key,) = desk.scheduled(desk.account("sandbox", configuration={"behaviour": "silent"}))
    desk.work()
    row = desk.record(key)
    assert row.status == "unknown" and row.unknown_since and row.was_unknown
    desk.by_hand("UPDATE publish_records SET next_retry_at = app_now() WHERE id = :id", id=key)
    desk.work()
    row = desk.record(key)
    assert (row.status, row.next_retry_at) == ("unknown", None)
    assert [a.step for a in desk.attempts(key)] == ["commit", "reconcile"]


def test_a_broken_platform_is_retried_then_given_up(app):
    (key,) = desk.scheduled(desk.account("sandbox", configuration={"behaviour": "broken"}))
    for count in (1, 2, 3):
        desk.work()
        row = desk.record(key)
        assert (row.status, row.retry_count, row.error_type) == ("retrying", count, "platform_error")
        desk.by_hand("UPDATE publish_records SET next_retry_at = app_now() WHERE id = :id", id=key)
    desk.work()
    assert (desk.record(key).status, desk.record(key).dead_letter_reason) == ("failed", "retries_used_up")
    assert [a.number for a in desk.attempts(key)] == [1, 2, 3, 4]


def accepted():
    """A record that the sandbox has accepted and not shown yet; its next look is due."""
    (key,) = desk.scheduled(desk.account("sandbox", configuration={"behaviour": "slow", "delay": 1}))
    desk.work()
    assert desk.record(key).status == "confirming"
    desk.by_hand("UPDATE publish_records SET client_key = '2222222222222' WHERE id = :id", id=key)
    desk.by_hand("UPDATE local_posts SET key = '2222222222222'")
    look_now(key)
    return key


def look_now(key):
    desk.by_hand("UPDATE publish_records SET next_retry_at = app_now() WHERE id = :id", id=key)


def test_accepted_first_is_confirmed_later(app):
    key = accepted()
    desk.work()
    assert desk.record(key).status == "success"


def test_accepted_and_then_gone_fails_and_a_replay_would_look_first(app):
    key = accepted()
    desk.by_hand("DELETE FROM local_posts")
    desk.work()
    row = desk.record(key)
    assert (row.status, row.error_message, row.was_unknown) == ("failed", "The post is gone.", True)


def test_a_confirm_that_is_refused_for_its_sign_in_waits_for_the_account(app):
    """The post was accepted: a lost sign-in says nothing about it."""
    key = accepted()
    put = "UPDATE platform_credentials SET configuration = jsonb_set(configuration, '{behaviour}', to_jsonb(CAST(:as AS text))), status = :status"
    desk.by_hand(put, **{"as": "locked_out", "status": "active"})
    desk.work()
    row = desk.record(key)
    assert (row.status, row.look_count) == ("confirming", 1) and row.next_retry_at
    account = transaction(lambda: db.session.get_one(Account, row.credential_id))
    assert (account.status, account.meta["check"]["message"]) == ("invalid", "The sandbox refuses this account.")
    desk.by_hand(put, **{"as": "slow", "status": "active"})
    look_now(key)
    desk.work()
    assert desk.record(key).status == "success"
