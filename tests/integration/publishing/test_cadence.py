"""Gap and daily cap count whatever may be out: shown, accepted, in doubt, given up unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.transactions import transaction
from app.lib import clock
from app.lib.errors import Invalid
from app.publishing import actions
from app.publishing.actions.cadence import taken_times
from tests import publishing_desk as desk

RULES = [{"min_gap": 30}, {"max_per_day": 1}]


def ago(key, minutes):
    """The record's call and all that followed it lie so far back."""
    by = timedelta(minutes=minutes)
    desk.by_hand(
        "UPDATE publish_records SET due_at = due_at - :by, unknown_since = unknown_since - :by, claimed_at = claimed_at - :by,"
        " published_at = published_at - :by WHERE id = :id",
        by=by,
        id=key,
    )
    desk.by_hand("UPDATE publish_attempts SET started_at = started_at - :by WHERE record_id = :id", by=by, id=key)


def sent(account, status):
    """A record whose call has ended so, ten minutes ago; its next look is far."""
    (key,) = desk.scheduled(account)
    desk.work()
    if status == "given up":
        desk.by_hand("UPDATE publish_records SET next_retry_at = NULL")
        desk.person(actions.settle_by_person, key, "give_up")
    else:
        desk.by_hand("UPDATE publish_records SET next_retry_at = app_now() + interval '3 hours'")
        assert desk.record(key).status == status
    ago(key, 10)
    return key


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: next(iter(rule)))
@pytest.mark.parametrize(
    ("behaviour", "status"),
    [("ok", "success"), ("slow", "confirming"), ("silent", "unknown"), ("silent", "given up")],
)
def test_what_may_be_out_is_waited_for(app, behaviour, status, rule):
    account = desk.account("sandbox", configuration={"behaviour": behaviour, "delay": 9000, **rule})
    sent(account, status)
    (second,) = desk.scheduled(account)
    desk.work()
    row = desk.record(second)
    wait = (row.next_retry_at - clock.now()).total_seconds() / 60 if row.next_retry_at else 0
    assert row.status == "pending" and desk.attempts(second) == []
    low = 19 if "min_gap" in rule else 24 * 60 - 11
    assert low < wait <= low + 1


@pytest.mark.parametrize(
    ("behaviour", "status"), [("slow", "confirming"), ("silent", "unknown"), ("silent", "given up")]
)
def test_what_may_be_out_counts_from_its_call_when_a_moment_is_chosen(app, behaviour, status):
    account = desk.account("sandbox", configuration={"behaviour": behaviour, "delay": 9000, "min_gap": 30})
    sent(account, status)
    with pytest.raises(Invalid, match="30 minutes apart"):
        desk.scheduled(account, at=clock.now() + timedelta(minutes=15))
    desk.scheduled(account, at=clock.now() + timedelta(minutes=21))


def test_what_was_surely_not_sent_keeps_nobody_waiting(app):
    account = desk.account("sandbox", configuration={"behaviour": "refuses", "min_gap": 30, "max_per_day": 1})
    (first,) = desk.scheduled(account)
    desk.work()
    assert desk.record(first).status == "failed" and transaction(taken_times, account) == []
    (second,) = desk.scheduled(account)
    desk.work()
    assert len(desk.attempts(second)) == 1


def test_a_replay_that_has_not_looked_yet_may_be_out(app):
    account = desk.account("sandbox", configuration={"behaviour": "silent", "min_gap": 30})
    first = sent(account, "given up")
    desk.person(actions.replay, first)
    transaction(actions.hold, "record", first)
    (second,) = desk.scheduled(account)
    desk.work()
    assert (
        desk.attempts(second) == [] and 19 < (desk.record(second).next_retry_at - clock.now()).total_seconds() / 60 < 20
    )
