"""Leases that ran out, the fence, and answers that come late."""

from __future__ import annotations

from app.core.ids import uuid7
from app.core.transactions import transaction
from app.delivery.actions.claim import claim
from app.delivery.actions.commit import CommitRefused, commit_one
from app.delivery.actions.prepare import prepare
from app.delivery.actions.requeue import requeue
from app.delivery.actions.settle import settle
from app.delivery.actions.sweep import sweep
from app.outbound.exchange import Sending
from app.platforms.base import Verdict
from app.publishing import actions
from tests import publishing_desk as desk

SENDING = Sending("POST", "https://x.example", "f" * 64, {}, "")
YES = Verdict("yes", post_id="7", url="https://x.example/7", matched_by="status:200")


def prepared(account, me="w1"):
    (key,) = desk.scheduled(account)
    (claimed,) = transaction(claim, me, 8)
    return key, transaction(prepare, claimed, me)


def run_out(key):
    desk.by_hand("UPDATE publish_records SET lease_expires_at = app_now() - interval '1 second' WHERE id = :id", id=key)


def test_died_in_prepare_goes_back_and_the_third_time_is_held(app):
    (key,) = desk.scheduled(desk.account())
    for crash in (1, 2, 3):
        assert len(transaction(claim, f"w{crash}", 8)) == 1
        run_out(key)
        assert transaction(sweep)["prepare"] == 1
        row = desk.record(key)
        assert (row.status, row.crash_count, row.retry_count, row.lease_owner) == ("pending", crash, 0, None)
    assert [h.reason for h in desk.holds(key)] == ["human"]
    assert transaction(claim, "w4", 8) == []


def test_died_in_commit_is_unknown_with_its_next_look(app):
    key, delivery = prepared(desk.account())
    transaction(commit_one, delivery, uuid7(), SENDING)
    run_out(key)
    assert transaction(sweep)["commit"] == 1
    row = desk.record(key)
    assert row.status == "unknown" and row.unknown_since and row.was_unknown
    began = desk.attempts(key)[0].started_at
    assert began < row.next_retry_at and (row.next_retry_at - began).total_seconds() <= 10


def test_a_late_yes_is_kept_and_settles_without_a_call(app):
    key, delivery = prepared(desk.account("sandbox", configuration={"behaviour": "silent"}))
    attempt = uuid7()
    transaction(commit_one, delivery, attempt, SENDING)
    run_out(key)
    transaction(sweep)
    assert transaction(settle, delivery, attempt, YES) is False
    assert desk.record(key).status == "unknown" and desk.attempts(key)[0].outcome == "yes"
    assert desk.work() == 1
    row = desk.record(key)
    assert (row.status, row.platform_post_id, len(desk.attempts(key))) == ("success", "7", 1)


def test_a_late_no_is_read_before_anybody_looks(app):
    key, delivery = prepared(desk.account())
    attempt = uuid7()
    transaction(commit_one, delivery, attempt, SENDING)
    run_out(key)
    transaction(sweep)
    transaction(settle, delivery, attempt, Verdict("no", error_type="content_rejected", final=True, message="Too long"))
    desk.work()
    row = desk.record(key)
    assert (row.status, row.error_type, row.error_message) == ("failed", "content_rejected", "Too long")
    assert [a.step for a in desk.attempts(key)] == ["commit"]


def test_a_late_yes_settles_even_when_it_was_to_be_sent_again(app):
    key, delivery = prepared(desk.account("sandbox", configuration={"behaviour": "silent"}))
    attempt = uuid7()
    transaction(commit_one, delivery, attempt, SENDING)
    run_out(key)
    transaction(sweep)
    desk.person(actions.settle_by_person, key, "send_again", confirmed=True)
    transaction(settle, delivery, attempt, YES)
    desk.work()
    row = desk.record(key)
    assert (row.status, row.platform_post_id, len(desk.attempts(key))) == ("success", "7", 1)


def test_the_commit_refuses_a_lost_lease_a_hold_and_a_second_time(app):
    for spoil in (
        lambda key: run_out(key),
        lambda key: desk.by_hand("UPDATE publish_records SET claim_token = gen_random_uuid() WHERE id = :id", id=key),
        lambda key: desk.by_hand("UPDATE publish_records SET claim_token = NULL WHERE id = :id", id=key),
        lambda key: transaction(actions.hold_everything, "Stop."),
    ):
        key, delivery = prepared(desk.account())
        spoil(key)
        try:
            transaction(commit_one, delivery, uuid7(), SENDING)
            raise AssertionError("passed")
        except CommitRefused:
            assert desk.attempts(key) == []
        desk.by_hand("UPDATE publish_records SET lease_owner = NULL WHERE id = :id", id=key)
        transaction(actions.release, "all", "", "emergency")
    key, delivery = prepared(desk.account())
    transaction(commit_one, delivery, uuid7(), SENDING)
    try:
        transaction(commit_one, delivery, uuid7(), SENDING)
        raise AssertionError("passed twice")
    except CommitRefused:
        assert len(desk.attempts(key)) == 1


def test_giving_back_uses_no_retry(app):
    key, delivery = prepared(desk.account())
    assert transaction(requeue, delivery)
    assert (desk.record(key).status, desk.record(key).retry_count) == ("pending", 0)
    assert not transaction(requeue, delivery)


def test_a_swept_look_is_looked_at_again(app):
    (key,) = desk.scheduled(desk.account("sandbox", configuration={"behaviour": "silent"}))
    desk.work()
    desk.by_hand("UPDATE publish_records SET next_retry_at = app_now() WHERE id = :id", id=key)
    (claimed,) = transaction(claim, "w1", 8)
    assert claimed.step == "reconcile"
    run_out(key)
    assert transaction(sweep)["look"] == 1
    assert desk.record(key).status == "unknown" and desk.record(key).next_retry_at


def test_two_sweepers_take_it_once(app):
    key, _ = prepared(desk.account())
    run_out(key)
    assert [transaction(sweep)["prepare"] for _ in range(2)] == [1, 0]
