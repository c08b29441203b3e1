"""The fence is unique per claim, every write names the step it may leave, evidence is always read (D1)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core.db import db, uuid7
from app.core.work import step
from app.outbound.exchange import Sending
from app.platforms.base import Verdict
from app.publishing import delivery
from app.publishing.actions.begin import begin
from app.publishing.actions.claim import claim
from app.publishing.actions.commit import NotNow, commit_point
from app.publishing.actions.hand_back import give_back, give_back_claimed, not_sent_after_all
from app.publishing.actions.settle import answer, settle
from app.publishing.actions.sign_in import back_to_prepare
from tests import publishing_desk as desk

YES = Verdict("yes", post_id="7", url="https://x.example/7")
AGAIN = Verdict("no", error_type="auth_failed", account="refresh")
FORGET = """UPDATE publish_records SET status = 'pending', step = NULL, lease_owner = NULL, lease_expires_at = NULL,
  claim_token = NULL, lease_epoch = lease_epoch - 1 WHERE id = :id"""


def taken(me="w1"):
    (claimed,) = step(claim, me, 8)
    return claimed, step(begin, claimed, me)


def commit(task):
    attempt = uuid7()
    step(commit_point, task, attempt, Sending("POST", "https://x.example", "f", {}, ""))
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
    _, task = taken()

    def commit_there() -> str:
        db.session.execute(sa.text("SET LOCAL synchronous_commit = off"))
        commit_point(task, uuid7(), Sending("POST", "https://x.example", "f", {}, ""))
        return str(db.session.scalar(sa.text("SHOW synchronous_commit")))

    assert step(commit_there) == "on"


def test_a_claim_that_the_database_forgot_may_not_commit(twice):
    key, (_, old), (_, new) = twice
    with pytest.raises(NotNow):
        commit(old)
    commit(new)
    assert len(desk.attempts(key)) == 1


def test_a_claim_that_the_database_forgot_may_not_give_back_or_settle(twice):
    key, (old_claim, old), (_, new) = twice
    attempt = commit(new)
    assert (
        not step(give_back, old) and not step(give_back_claimed, old_claim) and not step(not_sent_after_all, old, None)
    )
    assert not step(settle, old, None, Verdict("no", error_type="network_timeout"))
    assert not step(back_to_prepare, old, uuid7(), AGAIN)
    assert (desk.record(key).status, desk.record(key).step) == ("publishing", "commit")
    assert step(settle, new, attempt, YES) and desk.record(key).status == "success"


def test_what_is_being_sent_cannot_be_given_back(app):
    (key,) = desk.scheduled(desk.account("sandbox"))
    claimed, task = taken()
    task.step, before = "prepare", task.step
    commit(task)
    task.step = before
    assert not step(give_back, task) and not step(give_back_claimed, claimed)
    assert not step(settle, task, None, Verdict("no", error_type="network_timeout"))
    assert (desk.record(key).status, desk.record(key).step) == ("publishing", "commit")


def test_a_refused_sign_in_goes_back_to_prepare_although_the_first_answer_was_lost(app):
    (key,) = desk.scheduled(desk.account("sandbox"))
    _, task = taken()
    attempt = commit(task)
    assert step(back_to_prepare, task, attempt, AGAIN) and step(back_to_prepare, task, attempt, AGAIN)
    commit(task)
    assert len(desk.attempts(key)) == 2


def test_prepare_settles_by_evidence_also_where_nothing_was_unknown(app):
    """Whatever brought the record back to pending, a yes is read before anything is sent."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    _, task = taken()
    step(answer, commit(task), YES)
    desk.by_hand(FORGET, id=key)
    desk.work()
    row = desk.record(key)
    assert (row.status, row.platform_post_id, len(desk.attempts(key)), row.was_unknown) == ("success", "7", 1, False)


def test_an_answer_waits_for_a_database_that_only_reads(app):
    """As during a fail-over: the answer is kept as soon as it may be written."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    _, task = taken()
    attempt, turns = commit(task), iter(["SET TRANSACTION READ ONLY", "SET TRANSACTION READ WRITE"])

    def written(task):
        db.session.execute(sa.text(next(turns)))
        return settle(task, attempt, YES)

    assert delivery.kept(written, task) and desk.record(key).status == "success"
