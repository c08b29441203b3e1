"""The pure rules of reviewing: who may do what, how fast, for how long, what the votes say."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.actor import Actor
from app.lib.errors import Conflict, Forbidden
from app.reviews import rules
from app.reviews.rules import Vote

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def seconds_ago(*seconds: float) -> list[datetime]:
    return [NOON - timedelta(seconds=s) for s in seconds]


AUTHOR, ASKER, OTHER, VERSION = (uuid.uuid4() for _ in range(4))


@dataclass
class Request:
    """A request under review, of a version that AUTHOR wrote and ASKER handed in."""

    status: str = "in_review"
    artifact_id: uuid.UUID | None = VERSION
    author_id: uuid.UUID | None = AUTHOR
    requested_by: uuid.UUID | None = ASKER
    expires_at: datetime | None = None
    settled_at: datetime | None = None
    settled_by: uuid.UUID | None = None


@dataclass
class Item:
    status: str = "review"
    current_version_id: uuid.UUID | None = VERSION
    planned_accounts: tuple[str, ...] = ("an account",)
    scheduled_for: datetime | None = NOON + timedelta(hours=1)


def rights(
    role: str, person: uuid.UUID = OTHER, request: Any = None, item: Any = None, alone: bool = False
) -> rules.Rights:
    who = Actor(type="human", id=str(person), role=role)
    return rules.rights(request or Request(), item or Item(), who, NOON, self_approval=alone)


def settled(**columns: Any) -> Request:
    return Request(**{"status": "approved", "settled_at": NOON - timedelta(minutes=9), "settled_by": OTHER, **columns})


def test_a_reviewer_may_decide_on_the_work_of_another():
    assert rights("reviewer").decide is None and rights("reviewer", request=Request(author_id=None)).decide is None


def test_an_editor_may_not_decide():
    assert "reviewer role" in rights("editor", alone=True).decide.message


@pytest.mark.parametrize("person", [AUTHOR, ASKER])
def test_nobody_decides_on_what_they_wrote_or_submitted_unless_the_setting_lets_them(person):
    assert "somebody else" in rights("admin", person).decide.message
    assert rights("reviewer", person, alone=True).decide is None


def test_who_wrote_it_does_not_open_it_by_reading():
    assert rights("reviewer").opens and not rights("editor").opens
    assert not rights("reviewer", AUTHOR, alone=True).opens


def test_a_job_is_nobodys_author_and_may_decide_nothing():
    request = Request(author_id=None, requested_by=None)
    found = rules.rights(request, Item(), Actor(), NOON, self_approval=True)
    assert found.decide and found.withdraw and not found.opens


def test_scheduling_needs_an_operator_an_account_and_a_moment_to_come():
    assert rights("operator").schedule is None
    assert isinstance(rights("reviewer").schedule, Forbidden)
    for item in (Item(planned_accounts=()), Item(scheduled_for=None), Item(scheduled_for=NOON)):
        assert isinstance(rights("operator", item=item).schedule, Conflict)


def test_who_decided_and_an_admin_undo_and_nobody_else():
    item = Item(status="approved")
    assert rights("reviewer", OTHER, settled(), item).undo is None
    assert rights("admin", ASKER, settled(), item).undo is None
    assert isinstance(rights("operator", ASKER, settled(), item).undo, Forbidden)


@pytest.mark.parametrize(
    ("request_", "item", "why"),
    [
        (Request(), Item(), "no decision to undo"),
        (settled(settled_at=NOON - timedelta(minutes=10, seconds=1)), Item("approved"), "ten minutes"),
        (settled(), Item("review"), "A new review was asked for"),
        (settled(), Item("draft", uuid.uuid4()), "newer version"),
    ],
)
def test_a_decision_that_stands_says_why(request_, item, why):
    assert why in rights("admin", OTHER, request_, item).undo.message


def test_who_asked_and_an_admin_withdraw_what_is_open():
    assert rights("editor", ASKER).withdraw is None and rights("editor", AUTHOR).withdraw is None
    assert rights("admin").withdraw is None
    assert isinstance(rights("operator").withdraw, Forbidden)
    assert "approved already" in rights("editor", ASKER, settled()).withdraw.message


def test_a_request_is_open_until_its_time_is_over():
    assert rules.is_open(Request(expires_at=NOON + timedelta(seconds=1)), NOON)
    assert not rules.is_open(Request(expires_at=NOON), NOON) and not rules.is_open(settled(), NOON)


def test_nine_decisions_leave_room_for_a_tenth():
    assert rules.free_again_at(seconds_ago(*range(9)), NOON, 10) is None


def test_the_eleventh_waits_until_the_first_of_the_last_ten_is_a_minute_old():
    times = seconds_ago(50, *range(1, 10))
    assert rules.free_again_at(times, NOON, 10) == NOON + timedelta(seconds=10)


def test_what_is_a_minute_old_no_longer_counts():
    assert rules.free_again_at(seconds_ago(*[60] * 10), NOON, 10) is None


@given(st.lists(st.integers(0, 120), max_size=40), st.integers(1, 15))
def test_the_promised_moment_is_the_first_free_one(ages, limit):
    times = seconds_ago(*ages)
    free = rules.free_again_at(times, NOON, limit)
    if free is not None:
        assert NOON < free <= NOON + rules.MINUTE
        assert rules.free_again_at(times, free, limit) is None
        assert rules.free_again_at(times, free - timedelta(seconds=1), limit) is not None


def test_the_last_vote_of_a_reviewer_counts():
    votes = [Vote("a", "reject", 1), Vote("a", "approve", 2), Vote("b", "approve", 1)]
    assert rules.last_votes(votes) == {"a": "approve", "b": "approve"}
    assert rules.outcome(votes, 2) == "approve"


def test_a_withdrawn_vote_does_not_count():
    votes = [Vote("a", "approve", 1), Vote("a", "withdraw", 2)]
    assert rules.outcome(votes, 1) is None


def test_one_no_settles_a_stage_and_a_yes_needs_the_quorum():
    yes = [Vote("a", "approve", 1)]
    assert rules.outcome(yes, 2) is None
    assert rules.outcome([*yes, Vote("b", "request_changes", 1)], 2) == "request_changes"
    assert rules.outcome([*yes, Vote("b", "reject", 1)], 1) == "reject"


def test_one_reviewer_cannot_fill_a_quorum_of_two():
    assert rules.outcome([Vote("a", "approve", n) for n in (1, 2, 3)], 2) is None
