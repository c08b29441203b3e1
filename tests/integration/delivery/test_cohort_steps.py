"""Several records begun, committed and settled in one transaction: each under its own fence, with its own history."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.core.db import db
from app.core.ids import uuid7
from app.core.transactions import transaction
from app.delivery import connector_context, deliver, drain, failpoints
from app.delivery.actions.claim import claim
from app.delivery.actions.commit import CreateCall, commit_all
from app.delivery.actions.prepare import prepare, prepare_all
from app.delivery.actions.settle import Answer, settle_all
from app.delivery.cohort import CannotGroup
from app.outbound.exchange import Sending
from app.platforms.base import Verdict
from app.publishing import actions
from app.publishing.actions import bulk
from tests import publishing_desk as desk

SENDING = Sending("POST", "https://x.example", "f", {}, "")


def claimed(count: int, jobs: int = 1):
    """Tasks of so many records, of so many posts."""
    keys = [
        key for _ in range(jobs) for key in desk.scheduled(*(desk.account("sandbox") for _ in range(count // jobs)))
    ]
    desk.by_hand("UPDATE publish_records SET host = id::text")  # a host takes no more than four at once
    desk.by_hand(
        "UPDATE platform_credentials SET last_used_at = now()"
    )  # the first success of an account is written down
    claims = transaction(claim, "w1", count)
    deliveries = {delivery.id: delivery for delivery in transaction(prepare_all, claims, "w1")}
    return [deliveries[key] for key in keys]


def leaving(deliveries):
    return [CreateCall(delivery, uuid7(), SENDING) for delivery in deliveries]


def sent(deliveries):
    """The deliveries past their commit points, with their answers."""
    calls = leaving(deliveries)
    for call, began in zip(calls, transaction(commit_all, calls), strict=True):
        connector_context.enter_commit(call.delivery, began)
    return [Answer(call.delivery, call.attempt, yes(call.delivery)) for call in calls]


def yes(delivery):
    return Verdict("yes", post_id=f"post-{delivery.id}", url=f"https://x.example/{delivery.id}")


def test_a_group_settles_as_each_would_alone(app):
    """Two posts with four accounts each: records, attempts, jobs, items and history."""
    deliveries = claimed(8, jobs=2)
    assert transaction(settle_all, sent(deliveries)) == [True] * 8
    for delivery in deliveries:
        row, (attempt,) = desk.record(delivery.id), desk.attempts(delivery.id)
        assert (row.status, row.platform_post_id, row.claim_token) == ("success", f"post-{delivery.id}", None)
        assert (attempt.outcome, attempt.post_id) == ("yes", f"post-{delivery.id}")
        assert desk.job(delivery.id).status == "success"
    told = sa.select(AuditEntry).where(AuditEntry.action == "publishing.succeeded")
    entries = transaction(lambda: db.session.scalars(told).all())
    assert {entry.entity_id for entry in entries} == {str(delivery.id) for delivery in deliveries} and len(entries) == 8
    assert {entry.trace_id for entry in entries} == {delivery.trace_id for delivery in deliveries}, (
        "each under its own trace"
    )
    assert len({delivery.trace_id for delivery in deliveries}) == 2
    moved = sa.select(AuditEntry.trace_id).where(AuditEntry.action == "content.derive_published")
    assert set(transaction(lambda: db.session.scalars(moved).all())) == {
        delivery.trace_id for delivery in deliveries
    }, "each item, too"


def test_a_group_costs_a_few_statements_however_many_it_settles(app, statements):
    """Two posts of four accounts: fewer than two statements a record, where one alone costs seven."""
    answers = sent(claimed(8, jobs=2))
    with statements() as ran:
        transaction(settle_all, answers)
    assert len(ran) < 16, "\n".join(one[:110].replace("\n", " ") for one in ran)


def test_one_that_is_not_ours_any_more_takes_nobody_with_it(app):
    """The group is given up, each settles alone: the answer of the lost one is kept as evidence."""
    answers = sent(claimed(3))
    lost = answers[1].delivery
    desk.by_hand("UPDATE publish_records SET claim_token = gen_random_uuid() WHERE id = :id", id=lost.id)
    with pytest.raises(CannotGroup):
        transaction(settle_all, answers)
    assert {desk.record(one.delivery.id).status for one in answers} == {"publishing"}, "nothing of the group was kept"
    assert [deliver.SETTLE(one) for one in answers] == [True, False, True]
    assert [desk.record(one.delivery.id).status for one in answers] == ["success", "publishing", "success"]
    assert desk.attempts(lost.id)[0].outcome == "yes"


def test_of_several_that_are_about_to_leave_only_those_leave_that_may(app):
    """One is held, one was claimed anew, one stands at another step: the other passes."""
    deliveries = claimed(4)
    with_hold, taken, gone, free = deliveries
    transaction(actions.hold, "record", with_hold.id, "emergency", "Stop.")
    desk.by_hand("UPDATE publish_records SET claim_token = gen_random_uuid() WHERE id = :id", id=taken.id)
    desk.by_hand("UPDATE publish_records SET step = 'commit' WHERE id = :id", id=gone.id)
    began = transaction(commit_all, leaving(deliveries))
    assert [moment is not None for moment in began] == [False, False, False, True]
    assert [len(desk.attempts(delivery.id)) for delivery in deliveries] == [0, 0, 0, 1]


def test_a_record_that_somebody_is_changing_is_not_waited_for(app):
    """Its lock would keep all of the group at the door."""
    deliveries = claimed(2)
    with db.engine.connect() as other:
        other.execute(sa.text("SELECT 1 FROM publish_records WHERE id = :id FOR UPDATE"), {"id": deliveries[0].id})
        began = transaction(commit_all, leaving(deliveries))
        other.rollback()
    assert [moment is not None for moment in began] == [False, True]
    assert transaction(commit_all, leaving(deliveries))[0] is not None, "and goes as soon as it is free"


def test_a_request_that_no_column_can_hold_keeps_none_of_the_others(app):
    """PostgreSQL has no NUL in a text: that record fails, the group does not."""
    odd, plain = claimed(2)
    bad = CreateCall(odd, uuid7(), Sending("POST", "https://x.example", "f", {"body": "\x00"}, ""))
    with pytest.raises(sa.exc.DBAPIError):
        transaction(commit_all, [bad, *leaving([plain])])
    assert connector_context.COMMIT(leaving([plain])[0]) is not None
    with pytest.raises(sa.exc.DBAPIError):
        connector_context.COMMIT(bad)


def test_what_has_to_be_written_before_a_call_goes_its_own_way(app):
    """Of three that are begun together one was changed after its approval: it is held, the others have their deliveries."""
    keys = [desk.scheduled(desk.account("sandbox"))[0] for _ in range(3)]
    desk.by_hand("UPDATE publish_records SET composed_hash = 'x' WHERE id = :id", id=keys[1])
    claims = {one.id: one for one in transaction(claim, "w1", 3)}
    found = transaction(prepare_all, [claims[key] for key in keys], "w1")
    assert [one is None for one in found] == [False, True, False]
    assert not desk.holds(keys[1]), "a group only reads"
    assert transaction(prepare, claims[keys[1]], "w1") is None and desk.holds(keys[1])[0].reason == "changed"


@pytest.mark.parametrize(
    "error", [ValueError("odd"), sa.exc.OperationalError("x", {}, Exception("gone"))], ids=["fault", "database"]
)
def test_what_cannot_be_begun_together_is_begun_one_by_one(app, monkeypatch, error):
    """One record whose row breaks the reading of all keeps none of the others."""
    keys = desk.scheduled(*(desk.account("sandbox") for _ in range(3)))

    def broken(claims, me):
        raise error

    monkeypatch.setattr(deliver, "prepare_all", broken)
    desk.work()
    assert [desk.record(key).status for key in keys] == ["success"] * 3


def test_a_job_that_is_ended_while_it_begins_leaves_nothing_in_hand(app, monkeypatch):
    """Else their leases would be renewed for ever, with nobody at them."""
    desk.scheduled(desk.account("sandbox"))

    def ended(claims, me):
        raise SystemExit

    monkeypatch.setattr(deliver, "prepare_all", ended)
    with pytest.raises(SystemExit):
        desk.work()
    assert drain.pool().free == drain.THREADS and not drain.pool().hand


@pytest.mark.parametrize("moment", ["claimed", "after_prepare"])
def test_what_was_claimed_as_the_end_came_is_put_back_and_not_sent(app, monkeypatch, moment):
    """SIGTERM between the claim and the threads: none of the cohort leaves after it, and none waits for its lease."""
    keys = desk.scheduled(*(desk.account("sandbox") for _ in range(6)))
    desk.by_hand("UPDATE publish_records SET host = id::text")
    stop = threading.Event()
    monkeypatch.setattr(failpoints, "HOOKS", [lambda name, record: stop.set() if name == moment else None])
    assert drain.drain(stop) == 6
    rows = [desk.record(key) for key in keys]
    assert {(row.status, row.lease_owner, row.crash_count) for row in rows} == {("pending", None, 0)}
    assert not any(desk.attempts(key) for key in keys)


def test_many_at_once_wait_for_no_circle(app, monkeypatch):
    """A settle holds a record and waits for its job, which was locked before that record was asked for: a deadlock, after a second."""
    early, late = sorted(desk.scheduled(desk.account("sandbox"), desk.account("sandbox")))
    desk.by_hand("UPDATE publish_records SET due_at = now() + interval '1 hour' WHERE id = :id", id=early)
    (answered,) = sent(transaction(prepare_all, transaction(claim, "w1", 1), "w1"))
    settled, locks = [], []
    real = bulk.lock_records

    def settle():
        with app.app_context():
            settled.append(deliver.SETTLE(answered))

    def and_then(ids):
        rows = real(ids)
        locks.append([row.id for row in rows])
        other.start()
        return rows

    other = threading.Thread(target=settle)
    monkeypatch.setattr(bulk, "lock_records", and_then)
    said = transaction(bulk.apply, [str(late), str(early)], "cancel")
    other.join(30)
    assert locks == [[early, late]] and said.startswith("1 cancelled") and settled == [True]
    assert [desk.record(key).status for key in (early, late)] == ["cancelled", "success"]


def test_two_that_were_settled_in_opposite_order_do_not_wait_for_each_other(app):
    """Jobs and items are locked in one order, whichever way round a group brings them."""
    answers = sent(claimed(4, jobs=2))
    ran = []

    def note(connection, cursor, statement, parameters, context, many):
        if "FOR NO KEY UPDATE" in statement and "publish_jobs" in statement:
            ran.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        transaction(settle_all, answers[::-1])
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len(ran) == 1 and "ORDER BY j.content_id, j.id" in ran[0]


def test_answers_of_every_kind_settle_side_by_side(app):
    """A yes, a refusal, a limit, silence, and one that never left: each record goes its own way."""
    deliveries = claimed(5, jobs=1)
    answers = sent(deliveries[:4])
    said = [
        yes(deliveries[0]),
        Verdict("no", error_type="content_rejected", message="No.", final=True, http_status=422),
        Verdict("no", error_type="rate_limit", message="Wait.", http_status=429),
        Verdict("unknown", error_type="network_timeout", message="Silence."),
    ]
    group = [answer._replace(verdict=verdict) for answer, verdict in zip(answers, said, strict=True)]
    group.append(Answer(deliveries[4], None, Verdict("no", error_type="network_timeout", message="No way there.")))
    assert transaction(settle_all, group) == [True] * 5
    found = [desk.record(delivery.id) for delivery in deliveries]
    assert [row.status for row in found] == ["success", "failed", "retrying", "unknown", "retrying"]
    assert [row.error_message for row in found[1:]] == ["No.", "Wait.", "Silence.", "No way there."]
    assert [desk.attempts(delivery.id)[0].step for delivery in deliveries] == ["commit"] * 4 + ["prepare"]
    assert desk.job(deliveries[0].id).status == "running"
