"""The fence is unique per claim, every write names the step it may leave, evidence is always read (D1)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.core.ids import uuid7
from app.core.transactions import transaction
from app.delivery import deliver
from app.delivery.actions.claim import claim
from app.delivery.actions.commit import CommitRefused, commit_one
from app.delivery.actions.prepare import prepare
from app.delivery.actions.reauthenticate import back_to_prepare
from app.delivery.actions.requeue import requeue, requeue_claim, requeue_unsent
from app.delivery.actions.settle import settle, store_answer
from app.delivery.actions.write import sources
from app.lib.errors import Conflict
from app.outbound.exchange import Sending
from app.platforms.base import Verdict
from app.publishing import actions
from tests import publishing_desk as desk

YES = Verdict("yes", post_id="7", url="https://x.example/7")
AGAIN = Verdict("no", error_type="auth_failed", account="refresh")
FORGET = """UPDATE publish_records SET status = 'pending', step = NULL, lease_owner = NULL, lease_expires_at = NULL,
  claim_token = NULL, lease_epoch = lease_epoch - 1 WHERE id = :id"""


def taken(me="w1"):
    (claimed,) = transaction(claim, me, 8)
    return claimed, transaction(prepare, claimed, me)


def commit(delivery):
    attempt = uuid7()
    transaction(commit_one, delivery, attempt, Sending("POST", "https://x.example", "f", {}, ""))
    return attempt


@pytest.fixture
def twice(app):
    """One process claims a record, a crash of the database forgets it, the same process claims it anew: (record, old, new)."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    old_claim, old = taken()
    desk.by_hand(FORGET, id=key)
    new_claim, new = taken()
    row = desk.record(key)
    assert (row.lease_owner, row.lease_epoch) == ("w1", 1), "owner and epoch have come a second time"
    return key, (old_claim, old), (new_claim, new)


def test_the_commit_point_is_durable_although_the_server_is_set_up_otherwise(app):
    desk.scheduled(desk.account("sandbox"))
    _, delivery = taken()

    def commit_there() -> str:
        db.session.execute(sa.text("SET LOCAL synchronous_commit = off"))
        commit_one(delivery, uuid7(), Sending("POST", "https://x.example", "f", {}, ""))
        return str(db.session.scalar(sa.text("SHOW synchronous_commit")))

    assert transaction(commit_there) == "on"


def test_a_claim_that_the_database_forgot_may_not_commit(twice):
    key, (_, old), (_, new) = twice
    with pytest.raises(CommitRefused):
        commit(old)
    commit(new)
    assert len(desk.attempts(key)) == 1


def test_a_claim_that_the_database_forgot_may_not_give_back_or_settle(twice):
    key, (old_claim, old), (_, new) = twice
    attempt = commit(new)
    assert (
        not transaction(requeue, old)
        and not transaction(requeue_claim, old_claim)
        and not transaction(requeue_unsent, old, None)
    )
    assert not transaction(settle, old, None, Verdict("no", error_type="network_timeout"))
    assert not transaction(back_to_prepare, old, uuid7(), AGAIN)
    assert (desk.record(key).status, desk.record(key).step) == ("publishing", "commit")
    assert transaction(settle, new, attempt, YES) and desk.record(key).status == "success"


def test_a_claim_that_the_database_forgot_may_not_begin_or_be_given_back_while_the_new_one_prepares(twice):
    """(D1)"""
    key, (old_claim, old), (new_claim, _) = twice
    assert transaction(prepare, old_claim, "w1") is None
    assert not transaction(requeue_claim, old_claim) and not transaction(requeue_claim, old_claim, True)
    assert not transaction(requeue, old) and not transaction(requeue_unsent, old, None)
    row = desk.record(key)
    assert (row.status, row.step, row.claim_token) == ("publishing", "prepare", new_claim.token)


HELD = {
    "record": "r.id",
    "job": "r.job_id",
    "account": "r.credential_id",
    "platform": "r.platform",
    "campaign": "j.campaign_id",
}
HOLD = """INSERT INTO publish_holds (scope, scope_id, reason)
  SELECT '{0}', CAST({1} AS text), 'human' FROM publish_records r JOIN publish_jobs j ON j.id = r.job_id"""


@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE publish_records SET resend_barred_at = app_now()",
        "INSERT INTO publish_attempts (record_id, number, step, outcome, post_id) SELECT id, 1, 'commit', 'yes', '7' FROM publish_records",
        "UPDATE publish_records SET status = 'cancelled'",
        "UPDATE platform_credentials SET status = 'invalid'",
        "UPDATE platform_credentials SET paused_at = app_now()",
        "UPDATE platform_credentials SET deleted_at = app_now()",
        "INSERT INTO publish_holds (scope, scope_id, reason) VALUES ('all', '', 'human')",
        *(HOLD.format(scope, thing) for scope, thing in HELD.items()),
    ],
)
def test_whatever_came_between_prepare_and_the_first_byte_sends_nothing(app, meanwhile):
    """(D1) Cancelled, out already, an account that may not be used, or a hold of any scope."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    desk.by_hand("UPDATE publish_jobs SET campaign_id = gen_random_uuid()")
    _, delivery = taken()
    desk.by_hand(meanwhile)
    before = len(desk.attempts(key))
    with pytest.raises(CommitRefused):
        commit(delivery)
    assert len(desk.attempts(key)) == before and desk.record(key).step == "prepare"


def test_what_is_being_sent_cannot_be_given_back(app):
    (key,) = desk.scheduled(desk.account("sandbox"))
    claimed, delivery = taken()
    delivery.step, before = "prepare", delivery.step
    commit(delivery)
    delivery.step = before
    assert not transaction(requeue, delivery) and not transaction(requeue_claim, claimed)
    assert not transaction(settle, delivery, None, Verdict("no", error_type="network_timeout"))
    assert (desk.record(key).status, desk.record(key).step) == ("publishing", "commit")


def test_a_refused_sign_in_goes_back_to_prepare_although_the_first_answer_was_lost(app):
    (key,) = desk.scheduled(desk.account("sandbox"))
    _, delivery = taken()
    attempt = commit(delivery)
    assert transaction(back_to_prepare, delivery, attempt, AGAIN) and transaction(
        back_to_prepare, delivery, attempt, AGAIN
    )
    commit(delivery)
    assert len(desk.attempts(key)) == 2


@pytest.mark.parametrize("ended", ["failed", "cancelled"])
def test_a_yes_that_comes_after_the_end_settles_the_record(app, ended):
    """(D1) Given up or cancelled by a person or a look: it is out all the same, and the page says so."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    _, delivery = taken()
    attempt = commit(delivery)
    desk.by_hand(
        "UPDATE publish_records SET status = :s, step = NULL, lease_owner = NULL, claim_token = NULL WHERE id = :id",
        s=ended,
        id=key,
    )
    assert not transaction(settle, delivery, attempt, YES)
    assert (desk.record(key).status, desk.record(key).platform_post_id) == ("success", "7")


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict("no", error_type="network_timeout"),
        Verdict("no", error_type="content_rejected", final=True),
        Verdict("unknown", error_type="unknown"),
        Verdict("accepted"),
    ],
)
def test_a_record_that_was_moved_by_hand_to_cancelled_is_not_overwritten_by_an_answer(app, verdict):
    """The claim's token is right and the step too: what refuses the answer is the table of moves."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    claimed, delivery = taken()
    attempt = commit(delivery)
    desk.by_hand("UPDATE publish_records SET status = 'cancelled' WHERE id = :id", id=key)
    assert not transaction(settle, delivery, attempt, verdict)
    row, (tried,) = desk.record(key), desk.attempts(key)
    assert (row.status, row.claim_token, row.next_retry_at) == ("cancelled", claimed.token, None)
    assert tried.outcome == ("unknown" if verdict.outcome == "accepted" else verdict.outcome), (
        "the answer is kept beside it"
    )


def test_a_record_that_was_moved_by_hand_does_not_go_back_to_prepare(app):
    (key,) = desk.scheduled(desk.account("sandbox"))
    _, delivery = taken()
    attempt = commit(delivery)
    desk.by_hand("UPDATE publish_records SET status = 'cancelled' WHERE id = :id", id=key)
    assert not transaction(back_to_prepare, delivery, attempt, AGAIN)
    assert (desk.record(key).status, desk.record(key).step) == ("cancelled", "commit")


def test_a_write_may_leave_the_states_that_the_table_of_moves_names():
    assert sources("success") == ["publishing", "confirming", "unknown", "failed", "cancelled"]
    assert sources("unknown") == ["publishing", "confirming", "unknown"], (
        "a lookup that told nothing is followed by the next"
    )
    assert "cancelled" not in sources(None) and "success" not in sources("success")


def test_what_was_cancelled_while_it_was_unclear_is_not_sent_again_by_any_answer(app):
    """(D1)"""
    (key,) = desk.scheduled(desk.account("sandbox", configuration={"behaviour": "silent"}))
    desk.work()
    desk.person(actions.cancel_record, key)
    with pytest.raises(Conflict, match="It was cancelled, so it is not sent again"):
        desk.person(actions.settle_by_person, key, "send_again", confirmed=True)
    assert desk.record(key).status == "unknown"


@pytest.mark.parametrize("unclear", [False, True])
def test_our_own_fault_in_prepare_or_in_a_look_asks_a_person_the_third_time_and_not_before(app, unclear):
    """(D1)"""
    (key,) = desk.scheduled(desk.account("sandbox"))
    if unclear:
        desk.by_hand("UPDATE publish_records SET status = 'unknown', next_retry_at = app_now()")
    for crash in (1, 2, 3):
        assert desk.holds(key) == []
        (claimed,) = transaction(claim, "w1", 8)
        assert transaction(requeue_claim, claimed, True)
        assert (desk.record(key).next_retry_at is None) == (unclear and crash == 3)
        desk.by_hand("UPDATE publish_records SET next_retry_at = app_now() WHERE next_retry_at IS NOT NULL")
    assert [hold.reason for hold in desk.holds(key)] == ["human"]
    assert transaction(claim, "w1", 8) == []


def test_prepare_settles_by_evidence_also_where_nothing_was_unknown(app):
    """Whatever brought the record back to pending, a yes is read before anything is sent."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    _, delivery = taken()
    transaction(store_answer, commit(delivery), YES)
    desk.by_hand(FORGET, id=key)
    desk.work()
    row = desk.record(key)
    assert (row.status, row.platform_post_id, len(desk.attempts(key)), row.was_unknown) == ("success", "7", 1, False)


def test_an_answer_waits_for_a_database_that_only_reads(app):
    """As during a fail-over: the answer is kept as soon as it may be written."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    _, delivery = taken()
    attempt, turns = commit(delivery), iter(["SET TRANSACTION READ ONLY", "SET TRANSACTION READ WRITE"])

    def written(delivery):
        db.session.execute(sa.text(next(turns)))
        return settle(delivery, attempt, YES)

    assert deliver.retry_until_stored(written, delivery) and desk.record(key).status == "success"
