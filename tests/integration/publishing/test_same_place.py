"""A remote account is one, however often it is connected (D14): gaps, caps, duplicates and taken posts go by it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts import queries as account_queries
from app.audit.models import AuditEntry
from app.core.db import db
from app.core.transactions import transaction
from app.delivery.actions.claim import claim
from app.lib import clock
from app.lib.errors import Invalid
from app.publishing import actions
from app.publishing.actions.cadence import taken_times
from app.publishing.queries.plan import place_rows
from tests import publishing_desk as desk

PLACE = "mastodon:social.example:109"


def soon(minutes=60):
    return clock.now() + timedelta(minutes=minutes)


def twins(**rules):
    """Two accounts of the desk that are one at the other end; the sandbox stands for a server."""
    settings = {"behaviour": "ok", **rules}
    return [desk.account("sandbox", remote_account=PLACE, configuration=settings) for _ in range(2)]


def test_all_names_of_one_place_are_found_from_each_of_them(app):
    """(D14) Also the disconnected one: its posts are out all the same."""
    first, second = twins()
    gone = desk.account("sandbox", remote_account=PLACE, deleted_at=clock.now())
    other, alone, _ = (
        desk.account("sandbox", remote_account=PLACE + "0"),
        desk.account("sandbox"),
        desk.account("sandbox"),
    )
    for one in (first, second, gone):
        assert set(transaction(account_queries.list_ids_at_place, one)) == {first, second, gone}
    assert transaction(account_queries.list_ids_at_place, other) == [other] and transaction(
        account_queries.list_ids_at_place, alone
    ) == [alone]


def test_a_gap_counts_what_the_other_name_has_there(app):
    """(D14)"""
    first, second = twins(min_gap=30)
    at = soon()
    desk.scheduled(first, at=at)
    with pytest.raises(Invalid, match="30 minutes apart"):
        desk.scheduled(second, at=at + timedelta(minutes=10))
    assert transaction(taken_times, second) == transaction(taken_times, first) != []
    desk.scheduled(second, at=at + timedelta(minutes=30))


def test_a_cap_counts_what_the_other_name_has_there(app):
    """(D14)"""
    first, second = twins(max_per_day=1)
    desk.scheduled(first, at=soon())
    with pytest.raises(Invalid, match="1 posts in 24 hours"):
        desk.scheduled(second, at=soon(180))


@pytest.mark.parametrize("rule", [{"min_gap": 30}, {"max_per_day": 1}], ids=["gap", "cap"])
def test_an_immediate_post_waits_for_what_the_other_name_sent(app, rule):
    """(D14)"""
    first, second = twins(**rule)
    desk.scheduled(first)
    desk.work()
    (waits,) = desk.scheduled(second)
    desk.work()
    assert desk.record(waits).status == "pending" and desk.attempts(waits) == []
    assert desk.record(waits).next_retry_at is not None


def test_a_version_goes_to_a_place_once_whatever_it_is_called(app):
    """(D14) Also when the name that carried it is disconnected since."""
    made, (first, second) = desk.approved(), twins()
    desk.scheduled(first, made=made, at=soon())
    with pytest.raises(Invalid, match="another name of the same place"):
        desk.scheduled(second, made=made, at=soon(600))
    desk.by_hand("UPDATE platform_credentials SET deleted_at = app_now() WHERE id = :id", id=first)
    with pytest.raises(Invalid, match="on its way"):
        desk.scheduled(second, made=made, at=soon(600))


def test_an_unclear_try_under_the_other_name_bars_a_new_one(app):
    """(D14)"""
    made, (first, second) = desk.approved(), twins()
    (key,) = desk.scheduled(first, made=made)
    desk.by_hand("UPDATE publish_records SET status = 'failed', was_unknown = true WHERE id = :id", id=key)
    with pytest.raises(Invalid, match="it looks first"):
        desk.scheduled(second, made=made)


def test_two_names_of_one_place_in_one_job_are_refused_unless_meant(app):
    """(D14) The answer stands in the audit."""
    made, pair = desk.approved(), twins()
    with pytest.raises(Invalid, match="are the same place"):
        desk.scheduled(*pair, made=made, at=soon())
    item, artifact = made
    job = transaction(actions.schedule, item, artifact, pair, soon(), confirm_same_place=True)
    said = transaction(
        lambda: db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "publishing.schedule")).all()
    )
    assert said[0].changes["same_place"][1] and job.id


def test_a_confirmed_pair_still_keeps_the_gap(app):
    """(D14) The two records of the job come too close to each other, though none is stored yet."""
    pair = twins(min_gap=30)
    item, artifact = desk.approved()
    with pytest.raises(Invalid, match="30 minutes apart"):
        transaction(actions.schedule, item, artifact, pair, soon(), confirm_same_place=True)
    transaction(actions.schedule, item, artifact, pair, soon(), confirm_same_place=True, waive_limits=True)


def test_the_record_keeps_where_it_goes(app):
    """(D14)"""
    first, _ = twins()
    (key,) = desk.scheduled(first, at=soon())
    assert desk.record(key).remote_account == PLACE


def test_one_post_of_a_place_belongs_to_one_record(app):
    """(D14) The database refuses the second; what is no success, and what has no place, may name it."""
    first, second = twins()
    keys = [desk.scheduled(one, at=soon(60 * n))[0] for n, one in enumerate((first, second, desk.account()), start=1)]
    published = "UPDATE publish_records SET status = :status, platform_post_id = 'p1' WHERE id = :id"
    desk.by_hand(published, status="success", id=keys[0])
    desk.by_hand(published, status="failed", id=keys[1])
    desk.by_hand(published, status="success", id=keys[2])
    with pytest.raises(sa.exc.IntegrityError, match="uq_publish_records_remote_post"):
        desk.by_hand(published, status="success", id=keys[1])


def test_two_people_with_two_names_cannot_both_have_the_moment(app):
    """(D14) The lock goes by the place, too."""
    pair, at = twins(min_gap=30), soon()
    made = [desk.approved(), desk.approved()]
    outcomes = []

    def one(version, account):
        with app.app_context():
            try:
                transaction(actions.schedule, *version, [account], at)
                outcomes.append("made")
            except Invalid:
                outcomes.append("refused")

    threads = [threading.Thread(target=one, args=both) for both in zip(made, pair, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]


def test_jobs_for_the_same_places_in_another_order_do_not_lock_each_other_out(app):
    """(D14) Two places, each under two names whose ids come in opposite order."""
    names = [desk.account("sandbox", configuration={"min_gap": 1}) for _ in range(4)]
    for key, place in zip(sorted(names), ("p:a:1", "p:b:1", "p:b:1", "p:a:1"), strict=True):
        desk.by_hand("UPDATE platform_credentials SET remote_account = :place WHERE id = :id", place=place, id=key)
    low, high = sorted(names)[:2], sorted(names)[2:]
    made, problems = [desk.approved() for _ in range(16)], []

    def one(number, version):
        with app.app_context():
            try:
                transaction(actions.schedule, *version, low if number % 2 else high, soon(10 + 10 * number))
            except Exception as error:
                problems.append(error)

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(made)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_the_page_counts_by_the_place(app):
    """(D14) "Free at", "live there" and "the same place" are said of both names."""
    made, (first, second) = desk.approved(), twins(min_gap=30)
    shown = {p.account.id: p for p in transaction(place_rows, *made)}
    assert [a.id for a in shown[first].same] == [second] and [a.id for a in shown[second].same] == [first]
    desk.scheduled(first, made=made)
    desk.work()
    shown = {p.account.id: p for p in transaction(place_rows, *made)}
    assert shown[first].copy.state == shown[second].copy.state == "live" and not shown[second].is_usable
    assert shown[second].free_at is not None


def test_two_names_of_one_place_are_not_claimed_together_where_posts_stand_apart(app):
    """One drain would otherwise send both before either is counted (D14)."""
    one, two = (desk.account("mastodon", account_id="7", remote_account="mastodon:x.example:7") for _ in range(2))
    desk.scheduled(one, text="The first.")
    desk.scheduled(two, text="The second.")
    assert len(transaction(claim, "w1", 8)) == 1
    assert transaction(claim, "w2", 8) == []


def test_a_receiver_that_calls_every_post_the_same_is_no_trouble(app):
    hook = desk.account("webhook", remote_account="webhook:x.example/hook")
    keys = [desk.scheduled(hook, text=f"Number {number}.")[0] for number in range(2)]
    desk.by_hand("UPDATE publish_records SET status = 'success', platform_post_id = 'ok'")
    assert {desk.record(key).remote_account for key in keys} == {""}
