"""Scheduling: only of a covered version, once per account, never in the past, gaps and caps kept under a lock."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from app.content import actions as content
from app.content.models import Artifact
from app.core.actor import acting
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.lib.errors import Conflict, Invalid
from app.publishing import actions
from app.publishing.models import PublishJob
from tests import publishing_desk as desk


def soon(minutes=60):
    return clock.now() + timedelta(minutes=minutes)


def test_a_version_without_approval_is_refused(app):
    def draft():
        item = content.create_item({"title": "Draft", "body": "Not yet."})
        return item, db.session.get_one(Artifact, item.current_version_id)

    with acting(desk.staff()):
        made = transaction(draft)
    with pytest.raises(Conflict, match="No approval covers version 1"):
        desk.scheduled(desk.account(), made=made)


def test_an_older_version_is_not_covered_by_the_approval_of_a_newer_one(app):
    item, _ = first = desk.approved()
    desk.by_hand("UPDATE content_items SET approved_version_id = NULL, approved_hash = NULL WHERE id = :id", id=item.id)
    with pytest.raises(Conflict, match="No approval"):
        desk.scheduled(desk.account(), made=first)


@pytest.mark.parametrize("minutes", [-2, -10000])
def test_a_moment_that_has_passed_is_refused(app, minutes):
    with pytest.raises(Invalid) as found:
        desk.scheduled(desk.account(), at=soon(minutes))
    assert "passed" in found.value.errors["at"]


def test_accounts_that_are_gone_or_unusable_are_named(app):
    with pytest.raises(Invalid, match="at least one account"):
        desk.scheduled()
    with pytest.raises(Invalid, match="Reconnect it first"):
        desk.scheduled(desk.account(status="expired", name="Old one"))


def test_the_same_version_goes_to_an_account_once(app):
    made, account = desk.approved(), desk.account()
    desk.scheduled(account, made=made, at=soon())
    with pytest.raises(Invalid, match="on its way"):
        desk.scheduled(account, made=made)
    (other,) = desk.scheduled(desk.account(), made=made)
    assert desk.record(other).status == "pending"


def test_the_same_key_gives_the_same_job(app):
    made, account = desk.approved(), desk.account()
    who = desk.staff()
    with acting(who):
        jobs = [transaction(actions.schedule, *made, [account], soon(), idempotency_key="form-1").id for _ in range(2)]
    assert jobs[0] == jobs[1]
    assert transaction(lambda: db.session.query(PublishJob).count()) == 1


def test_a_gap_is_kept_and_the_next_free_moment_named(app):
    account = desk.account(configuration={"min_gap": 30})
    at = soon()
    desk.scheduled(account, at=at)
    with pytest.raises(Invalid) as found:
        desk.scheduled(account, at=at + timedelta(minutes=10), timezone="Africa/Addis_Ababa")
    free = (at + timedelta(minutes=30 + 180)).strftime("%H:%M")
    assert "30 minutes apart" in found.value.errors["at"] and free in found.value.errors["at"]
    desk.scheduled(account, at=at + timedelta(minutes=30))
    desk.scheduled(account, at=at + timedelta(minutes=5), waive_limits=True)


def test_a_daily_cap_is_kept(app):
    account = desk.account(configuration={"max_per_day": 2})
    for hours in (1, 2):
        desk.scheduled(account, at=soon(60 * hours))
    with pytest.raises(Invalid, match="2 posts in 24 hours"):
        desk.scheduled(account, at=soon(180))
    desk.scheduled(account, at=soon(60 * 26))


def test_an_immediate_post_waits_for_the_gap_and_may_be_waved_through_once(app):
    account = desk.account(configuration={"min_gap": 30})
    (first,) = desk.scheduled(account)
    (second,) = desk.scheduled(account)
    desk.work()
    waits = [key for key in (first, second) if desk.record(key).status == "pending"]
    assert len(waits) == 1
    minutes = (desk.record(waits[0]).next_retry_at - clock.now()).total_seconds() / 60
    assert 29 < minutes <= 30 and desk.attempts(waits[0]) == []
    desk.person(actions.waive_limits, waits[0])
    desk.work()
    assert desk.record(waits[0]).status == "success"


def test_two_people_at_once_cannot_both_have_the_moment(app):
    account, at = desk.account(configuration={"min_gap": 30}), soon()
    made = [desk.approved(), desk.approved()]
    outcomes = []

    def one(pair):
        with app.app_context():
            try:
                transaction(actions.schedule, *pair, [account], at)
                outcomes.append("made")
            except Invalid:
                outcomes.append("refused")

    threads = [threading.Thread(target=one, args=(pair,)) for pair in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]


def test_undoing_an_approval_cancels_what_no_worker_has_taken(app):
    made = desk.approved()
    keys = desk.scheduled(desk.account(), desk.account(), made=made, at=soon())
    assert transaction(actions.cancel_unclaimed, made[1].id) == 2
    assert {desk.record(key).status for key in keys} == {"cancelled"} and desk.job(keys[0]).status == "cancelled"
    item = transaction(lambda: db.session.get(type(made[0]), made[0].id, populate_existing=True))
    assert (item.status, item.open_records) == ("approved", 0)


def test_it_is_refused_once_a_worker_has_taken_one(app):
    made = desk.approved()
    desk.scheduled(desk.account(), made=made)
    desk.work()
    with pytest.raises(Conflict, match="decision stands"):
        transaction(actions.cancel_unclaimed, made[1].id)
