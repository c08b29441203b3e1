"""What prepare goes by: a lease that still runs, and the time of the last call that left."""

from __future__ import annotations

from app.core.ids import uuid7
from app.core.transactions import transaction
from app.delivery.actions.claim import claim
from app.delivery.actions.commit import commit_one
from app.delivery.actions.prepare import prepare
from app.delivery.actions.sweep import sweep
from app.outbound.exchange import Sending
from tests import publishing_desk as desk


def taken(me="w1"):
    """The one record that is due, as a claim and its delivery."""
    (claimed,) = transaction(claim, me, 8)
    return claimed, transaction(prepare, claimed, me)


def run_out():
    desk.by_hand("UPDATE publish_records SET lease_expires_at = app_now() - interval '1 s' WHERE lease_owner <> ''")


def test_a_claim_whose_lease_ran_out_is_not_begun_although_nobody_has_swept_it(app):
    desk.scheduled(desk.account())
    claimed, _ = taken()
    run_out()
    assert transaction(prepare, claimed, "w1") is None


def test_an_unclear_post_ages_from_its_call_and_not_from_the_last_look(doubted):
    """Else no look would ever be sure: each one would make the call young again."""
    desk.by_hand("UPDATE publish_records SET next_retry_at = app_now()")
    _, delivery = taken()
    called = desk.attempts(doubted)[0]
    assert called.step == "commit" and delivery.began == called.started_at


def test_crashes_before_a_call_do_not_shorten_the_looks_after_it(app):
    (key,) = desk.scheduled(desk.account("sandbox", configuration={"behaviour": "silent"}))
    for _ in range(2):
        taken()
        run_out()
        transaction(sweep)
    _, delivery = taken()
    transaction(commit_one, delivery, uuid7(), Sending("POST", "https://x.example", "f", {}, ""))
    run_out()
    transaction(sweep)
    desk.by_hand("UPDATE publish_records SET next_retry_at = app_now()")
    taken()
    run_out()
    transaction(sweep)
    assert (desk.record(key).status, desk.record(key).crash_count) == ("unknown", 1)
    assert desk.record(key).next_retry_at is not None, "the first look that died asks nobody yet"


def test_a_replay_looks_before_its_first_call_only(app):
    """What it sends after that is answered for itself; to look before each try would keep it waiting for nothing."""
    (key,) = desk.scheduled(desk.account("sandbox", configuration={"behaviour": "broken"}))
    desk.by_hand("UPDATE publish_records SET was_unknown = true, metadata = '{\"look_first\": true}'")
    _, delivery = taken()
    assert delivery.check_before_resend
    desk.by_hand("UPDATE publish_records SET step = NULL, lease_owner = NULL, claim_token = NULL, status = 'pending'")
    desk.work()
    desk.by_hand("UPDATE publish_records SET next_retry_at = app_now()")
    assert desk.record(key).status == "retrying" and not taken()[1].check_before_resend


def test_what_was_to_be_tried_again_is_that_still_after_its_worker_died(app):
    (key,) = desk.scheduled(desk.account())
    desk.by_hand("UPDATE publish_records SET status = 'retrying', retry_count = 1")
    taken()
    run_out()
    transaction(sweep)
    assert (desk.record(key).status, desk.record(key).retry_count) == ("retrying", 1)
