"""What people do with records: cancel, move, replay, answer the question, hold everything."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts import actions as account_actions
from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.lib.errors import Conflict, Invalid
from app.publishing import actions
from app.publishing.models import PublishJob, PublishRecord
from app.site.models import LocalPost
from tests import publishing_desk as desk


def sandbox(behaviour, **more):
    return desk.account("sandbox", configuration={"behaviour": behaviour, **more})


def look_now(key):
    desk.by_hand("UPDATE publish_records SET next_retry_at = app_now() WHERE id = :id", id=key)
    desk.work()


def asked(behaviour="silent"):
    """An unknown record whose question waits for a person."""
    (key,) = desk.scheduled(sandbox(behaviour))
    desk.work()
    look_now(key)
    assert desk.record(key).next_retry_at is None
    return key


def copies():
    return transaction(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(LocalPost)))


def entries(key):
    return transaction(
        lambda: list(
            db.session.scalars(
                sa.select(AuditEntry.action)
                .where(AuditEntry.entity_id == str(key))
                .order_by(AuditEntry.occurred_at, AuditEntry.id)
            )
        )
    )


def test_a_waiting_record_is_cancelled_and_never_sent(app):
    (key,) = desk.scheduled(desk.account())
    desk.person(actions.cancel_record, key)
    assert desk.work() == 0 and desk.record(key).status == "cancelled" and desk.job(key).status == "cancelled"
    with pytest.raises(Conflict):
        desk.person(actions.cancel_record, key)


def test_a_job_is_cancelled_as_far_as_it_can_be(app):
    made = desk.approved()
    first, second = desk.account(), desk.account("sandbox")
    keys = desk.scheduled(first, second, made=made, at=clock.now() + timedelta(hours=1))
    assert transaction(lambda: actions.cancel_job(db.session.get(PublishJob, desk_job(keys[0])))) == 2
    assert {desk.record(key).status for key in keys} == {"cancelled"}
    with pytest.raises(Conflict, match="Nothing of this job"):
        transaction(lambda: actions.cancel_job(db.session.get(PublishJob, desk_job(keys[0]))))


def desk_job(key):
    return db.session.get(PublishRecord, key).job_id


def test_an_unknown_record_that_is_cancelled_is_only_found_out(app):
    (key,) = desk.scheduled(sandbox("lost"))
    desk.work()
    desk.person(actions.cancel_record, key)
    row = desk.record(key)
    assert row.status == "unknown" and row.resend_barred_at
    desk.by_hand("UPDATE publish_attempts SET started_at = started_at - interval '16 minutes'")
    look_now(key)
    assert desk.record(key).status == "cancelled" and len([a for a in desk.attempts(key) if a.step == "commit"]) == 1


def test_an_absent_post_is_sent_again_under_the_same_key(app):
    (key,) = desk.scheduled(sandbox("lost"))
    desk.work()
    desk.by_hand("UPDATE publish_attempts SET started_at = started_at - interval '3 minutes'")
    look_now(key)
    commits = [a for a in desk.attempts(key) if a.step == "commit"]
    assert len(commits) == 2 and len({a.client_key for a in commits}) == 1
    assert (desk.record(key).generation, desk.record(key).retry_count) == (1, 1)


def test_moving_a_record(app):
    (key,) = desk.scheduled(desk.account(), at=clock.now() + timedelta(hours=1))
    later = clock.now() + timedelta(hours=3)
    desk.person(actions.reschedule, key, later)
    assert desk.record(key).due_at == later == desk.job(key).scheduled_at
    with pytest.raises(Invalid):
        desk.person(actions.reschedule, key, clock.now() - timedelta(hours=1))
    desk.by_hand("UPDATE publish_records SET due_at = app_now()")
    desk.work()
    with pytest.raises(Conflict):
        desk.person(actions.reschedule, key, later)


def test_a_replay_is_the_same_row_with_a_new_generation(app):
    account = sandbox("refuses")
    (key,) = desk.scheduled(account)
    desk.work()
    desk.by_hand('UPDATE platform_credentials SET configuration = \'{"behaviour": "ok"}\'')
    desk.person(actions.replay, key)
    row = desk.record(key)
    assert (row.status, row.generation, row.retry_count, row.error_type, row.dead_letter_at) == (
        "pending",
        2,
        0,
        None,
        None,
    )
    desk.work()
    assert desk.record(key).status == "success" and copies() == 1
    assert [(a.generation, a.outcome) for a in desk.attempts(key)] == [(1, "no"), (2, "yes")]
    with pytest.raises(Conflict):
        desk.person(actions.replay, key)


def test_a_replay_of_what_was_once_unknown_looks_first(app):
    (key,) = desk.scheduled(desk.account())
    desk.work()
    desk.by_hand("UPDATE publish_records SET status = 'failed', was_unknown = true, dead_letter_reason = 'given_up'")
    desk.by_hand("UPDATE publish_attempts SET outcome = 'unknown'")
    desk.person(actions.replay, key)
    desk.work()
    assert desk.record(key).status == "success" and copies() == 1
    assert len([a for a in desk.attempts(key) if a.step == "commit"]) == 1


def test_replaying_a_cause_leaves_out_what_was_ever_unknown(app):
    account = sandbox("refuses")
    keys = [desk.scheduled(account)[0] for _ in range(3)]
    for _ in range(2):
        desk.work()
    desk.by_hand("UPDATE publish_records SET was_unknown = true WHERE id = :id", id=keys[0])
    assert transaction(actions.replay_by_cause, "content_rejected") == (2, 1)
    assert [desk.record(key).status for key in keys] == ["failed", "pending", "pending"]


def test_it_is_there(app):
    key = asked()
    with pytest.raises(Invalid):
        desk.person(actions.settle_by_person, key, "there", "javascript:alert(1)")
    desk.person(actions.settle_by_person, key, "there", "https://example.org/@desk/4711")
    row = desk.record(key)
    assert (row.status, row.platform_post_id, row.platform_url) == ("success", "4711", "https://example.org/@desk/4711")
    assert desk.job(key).status == "success" and "publishing.settled_there" in entries(key)


def test_give_up_then_the_question_is_answered(app):
    key = asked()
    desk.person(actions.settle_by_person, key, "give_up")
    assert (desk.record(key).status, desk.record(key).dead_letter_reason) == ("failed", "given_up")
    with pytest.raises(Conflict, match="answered already"):
        desk.person(actions.settle_by_person, key, "there", "https://example.org/1")


def test_send_again_too_early_needs_a_confirmation_where_no_key_protects(app):
    account = desk.account(
        "webhook",
        configuration={"url": "http://127.0.0.1:9/x"},
        secrets={"secret": "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"},
    )
    (key,) = desk.scheduled(account)
    desk.by_hand("UPDATE publish_records SET status = 'unknown', unknown_since = app_now(), was_unknown = true")
    with pytest.raises(Conflict, match="15 minutes"):
        desk.person(actions.settle_by_person, key, "send_again")
    old = desk.record(key).client_key
    desk.person(actions.settle_by_person, key, "send_again", confirmed=True)
    row = desk.record(key)
    assert (row.status, row.generation) == ("retrying", 2) and row.client_key != old


def test_the_emergency_stop_and_its_end(app):
    keys = [desk.scheduled(desk.account())[0] for _ in range(3)]
    transaction(actions.hold_everything, "Stop the press.")
    transaction(actions.hold_everything, "Twice is once.")
    assert desk.work() == 0 and len(desk.holds("")) == 1
    assert transaction(actions.release, "all", "", "emergency") and not transaction(
        actions.release, "all", "", "emergency"
    )
    desk.work()
    assert {desk.record(key).status for key in keys} == {"success"}


def test_late_beyond_the_limit_is_held_and_asks(app):
    (key,) = desk.scheduled(desk.account())
    desk.by_hand("UPDATE publish_records SET due_at = app_now() - interval '7 hours'")
    desk.work()
    assert [h.reason for h in desk.holds(key)] == ["late"] and desk.record(key).status == "pending"
    transaction(actions.release, "record", key, "late")
    desk.work()
    assert desk.record(key).status == "success"


def test_an_account_that_leaves_active_is_held_and_let_go_by_kind(app):
    account = desk.account()
    (key,) = desk.scheduled(account)

    def row():
        return db.session.get(Account, account)

    transaction(lambda: account_actions.pause(row()))
    transaction(actions.sync_account_holds, account)
    transaction(lambda: account_actions.mark_down(row(), "invalid", "The platform says no."))
    transaction(actions.sync_account_holds, account)
    assert sorted(h.reason for h in desk.holds(account)) == ["account_down", "account_paused"]
    transaction(lambda: account_actions.resume(row()))
    transaction(actions.sync_account_holds, account)
    assert [h.reason for h in desk.holds(account)] == ["account_down"] and desk.work() == 0
    transaction(lambda: account_actions.mark_active(row()))
    transaction(actions.sync_account_holds, account)
    desk.work()
    assert desk.holds(account) == [] and desk.record(key).status == "success"


def test_every_move_leaves_a_line_of_history(app):
    key = asked()
    desk.person(actions.settle_by_person, key, "give_up")
    desk.person(actions.replay, key)
    desk.person(actions.cancel_record, key)
    assert entries(key) == [
        "publishing.unsure",
        "publishing.asks",
        "publishing.settled_give_up",
        "publishing.replay",
        "publishing.cancel",
    ]
