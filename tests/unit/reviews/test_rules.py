"""The pure rules of reviewing: who may decide, how fast, for how long, what the votes say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reviews import rules
from app.reviews.rules import Vote

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def seconds_ago(*seconds: float) -> list[datetime]:
    return [NOON - timedelta(seconds=s) for s in seconds]


def test_a_reviewer_may_decide_on_the_work_of_another():
    assert rules.why_not_decide(may_review=True, user_id=1, author_ids=[2, None], self_approval=False) is None


def test_an_editor_may_not_decide():
    why = rules.why_not_decide(may_review=False, user_id=1, author_ids=[2], self_approval=True)
    assert "reviewer role" in why


@pytest.mark.parametrize("authors", [[1, 2], [2, 1], [1, None]])
def test_nobody_decides_on_what_they_wrote_or_submitted(authors):
    assert "somebody else" in rules.why_not_decide(may_review=True, user_id=1, author_ids=authors, self_approval=False)


def test_self_approval_lifts_that_rule():
    assert rules.why_not_decide(may_review=True, user_id=1, author_ids=[1], self_approval=True) is None


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


@pytest.mark.parametrize(
    ("ids", "current", "expected"),
    [
        ("abc", "b", ("a", "c")),
        ("abc", "a", (None, "b")),
        ("abc", "c", ("b", None)),
        ("abc", "x", (None, "a")),
        ("", "x", (None, None)),
    ],
)
def test_neighbours(ids, current, expected):
    assert rules.neighbours(list(ids), current) == expected


@pytest.mark.parametrize(
    ("ids", "decided", "expected"),
    [("abc", "a", "b"), ("abc", "c", "a"), ("abc", "gone", "a"), ("a", "a", None), ("", "a", None)],
)
def test_after_a_decision_the_next_item_comes_by_itself(ids, decided, expected):
    assert rules.after_decision(list(ids), decided) == expected
