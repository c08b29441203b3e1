"""What an answer does to its record: what counts of it, and how long is waited."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.accounts import actions as account_actions
from app.accounts import queries as account_queries
from app.accounts.connect_input import ConnectInput
from app.core.ids import uuid7
from app.core.transactions import transaction
from app.delivery.actions.claim import claim
from app.delivery.actions.commit import commit_one
from app.delivery.actions.prepare import prepare
from app.delivery.actions.requeue import requeue, requeue_unsent
from app.delivery.actions.settle import settle
from app.delivery.actions.sweep import sweep
from app.outbound.exchange import Sending
from app.platforms.base import Verdict
from tests import publishing_desk as desk

LIMITED = Verdict("no", error_type="rate_limit", http_status=429)
DUPLICATE = Verdict("no", error_type="content_rejected", duplicate=True, final=True, matched_by="table:duplicate")


def due(account, sql="", **values):
    """A due record, changed by hand; its id."""
    (key,) = desk.scheduled(account)
    if sql:
        desk.by_hand(f"UPDATE publish_records SET {sql} WHERE id = :id", id=key, **values)
    return key


def begun():
    """The one record that is due, as a claim and its delivery."""
    (claimed,) = transaction(claim, "w1", 8)
    return claimed, transaction(prepare, claimed, "w1")


def sending():
    """The same, past its commit point: (delivery, attempt)."""
    (_, delivery), attempt = begun(), uuid7()
    transaction(commit_one, delivery, attempt, Sending("POST", "https://x.example", "f", {}, ""))
    return delivery, attempt


def test_what_was_accepted_without_having_been_sent_is_tried_again_and_not_waited_for(app):
    key = due(desk.account("sandbox"))
    transaction(settle, begun()[1], None, Verdict("accepted", matched_by="status:202"))
    row = desk.record(key)
    assert (row.status, row.error_type, row.retry_count) == ("retrying", "platform_error", 1)


@pytest.mark.parametrize(("ever_unclear", "status"), [(True, "unknown"), (False, "failed")])
def test_a_duplicate_of_what_was_once_unclear_is_looked_for_and_no_failure(app, ever_unclear, status):
    """The platform has the post already: it may be the one that nobody knew of."""
    key = due(desk.account("sandbox"), "was_unknown = :w", w=ever_unclear)
    transaction(settle, *sending(), DUPLICATE)
    row = desk.record(key)
    assert (row.status, row.next_retry_at is not None) == (status, ever_unclear)


def test_a_refusal_of_a_sign_in_that_was_replaced_meanwhile_takes_no_account_down(app):
    secrets = {"access_token": "old-token-of-the-account"}
    where = {"instance": "https://m.test", "min_gap": 0}
    account = desk.account("mastodon", name="desk", secrets=secrets, configuration=where)
    key = due(account)
    delivery, attempt = sending()

    def reconnected():
        fresh = {"access_token": "new-token-of-the-account"}
        account_actions.reconnect(
            account_queries.by_id(account), ConnectInput("mastodon", "desk", fresh, {"instance": "https://m.test"})
        )
        account_queries.by_id(account).status = "active"

    transaction(reconnected)
    refused = Verdict("no", error_type="auth_failed", account="down", final=True, message="The token is revoked.")
    transaction(settle, delivery, attempt, refused)
    assert desk.record(key).status == "retrying"
    assert transaction(lambda: account_queries.by_id(account).status) == "active"


def test_a_refusal_of_the_sign_in_that_there_is_takes_the_account_down(app):
    account = desk.account("sandbox")
    key = due(account)
    transaction(settle, *sending(), Verdict("no", error_type="auth_failed", account="down", final=True))
    assert desk.record(key).status == "failed"
    assert transaction(lambda: account_queries.by_id(account).status) == "invalid"


def test_rate_limits_of_an_earlier_generation_make_no_post_wait_longer(app):
    """A replay begins anew: its first limit waits a minute, not half an hour."""
    key = due(desk.account("sandbox"), "generation = 2")
    desk.by_hand(
        "INSERT INTO publish_attempts (record_id, generation, number, step, outcome, error_type)"
        " SELECT :id, 1, n, 'commit', 'no', 'rate_limit' FROM generate_series(1, 6) n",
        id=key,
    )
    transaction(settle, *sending(), LIMITED)
    row = desk.record(key)
    waits = row.next_retry_at - desk.attempts(key)[-1].started_at
    assert (row.status, row.retry_count) == ("retrying", 0) and timedelta(seconds=40) < waits < timedelta(seconds=80)


def test_a_platform_that_says_how_long_to_wait_keeps_the_accounts_other_posts_waiting_too(app):
    account = desk.account("site")
    keys = [desk.scheduled(account)[0] for _ in range(2)]
    first = next(one for one in transaction(claim, "w1", 1))
    attempt, delivery = uuid7(), transaction(prepare, first, "w1")
    transaction(commit_one, delivery, attempt, Sending("POST", "https://x.example", "f", {}, ""))
    transaction(settle, delivery, attempt, Verdict("no", error_type="rate_limit", retry_after=timedelta(minutes=5)))
    assert transaction(claim, "w1", 8) == []
    desk.by_hand("UPDATE rate_windows SET resets_at = app_now()")
    assert [one.id for one in transaction(claim, "w1", 8)] == [key for key in keys if key != first.id]


def test_a_refusal_that_is_tried_again_leaves_the_account_as_it_is(app):
    """Only what ends the record says that the account is down."""
    account = desk.account("sandbox")
    key = due(account)
    transaction(settle, *sending(), Verdict("no", error_type="platform_error", account="down"))
    status = transaction(lambda: account_queries.by_id(account).status)
    assert (desk.record(key).status, status) == ("retrying", "active")


@pytest.mark.parametrize("sent", [False, True])
def test_an_answer_to_a_claim_that_was_swept_is_fenced_although_the_same_process_claimed_anew(app, sent):
    """(D1) The owner's name is the same: the token alone tells the two claims apart. What was answered is kept."""
    (key,) = desk.scheduled(desk.account("sandbox", configuration={"behaviour": "silent"}))
    old, attempt = sending() if sent else (begun()[1], None)
    desk.by_hand("UPDATE publish_records SET lease_expires_at = app_now() - interval '1 s'")
    transaction(sweep)
    desk.by_hand("UPDATE publish_records SET next_retry_at = app_now() WHERE status = 'unknown'")
    new_claim, new = begun()
    assert (new_claim.step, new.me) == ("reconcile" if sent else "prepare", old.me)
    before = desk.record(key)
    assert not transaction(
        settle, old, attempt, Verdict("no", error_type="content_rejected", final=True, message="Too long")
    )
    assert not transaction(requeue, old) and not transaction(requeue_unsent, old, None)
    after = desk.record(key)
    assert (after.status, after.step, after.claim_token) == (before.status, before.step, new_claim.token)
    assert (after.error_type, after.attempt_count) == (before.error_type, before.attempt_count)
    assert [one.outcome for one in desk.attempts(key)] == ["no"] * sent
