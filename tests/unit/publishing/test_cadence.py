"""Gaps and daily caps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.publishing.cadence import Rules, clash, next_free, not_before, rules

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOURS = timedelta(hours=1)


def at(hours: float) -> datetime:
    return NOON + hours * HOURS


def test_a_gap_holds_both_ways():
    rule = Rules(3 * HOURS)
    assert clash([NOON], at(2), rule).free_at == at(3)
    assert clash([NOON], at(-2), rule).free_at == at(3)
    assert clash([NOON], at(3), rule) is None
    assert clash([NOON], at(-3), rule) is None


def test_the_next_free_moment_jumps_over_a_row_of_posts():
    assert next_free([at(h) for h in (0, 3, 6)], at(1), Rules(3 * HOURS)) == at(9)
    assert next_free([at(0), at(8)], at(1), Rules(3 * HOURS)) == at(3)


def test_a_daily_cap_counts_any_day():
    rule = Rules(per_day=2)
    found = clash([at(0), at(1)], at(20), rule)
    assert (found.kind, found.free_at) == ("cap", at(24))
    assert clash([at(0), at(1)], at(24), rule) is None
    assert clash([at(10), at(20)], at(0), rule).kind == "cap"
    assert clash([at(0)], at(1), rule) is None


def test_the_accounts_own_rule_comes_first():
    assert rules(3 * HOURS, None, {"min_gap": 10, "max_per_day": 4}) == Rules(timedelta(minutes=10), 4)
    assert rules(3 * HOURS, 2, {"min_gap": 0}) == Rules(timedelta(0), 2)
    assert rules(3 * HOURS, None, {"min_gap": "x"}) == Rules(3 * HOURS, None)


def test_at_dispatch_nothing_waits_without_need():
    assert not_before([at(-4)], NOON, Rules(3 * HOURS)) is None
    assert not_before([at(-1)], NOON, Rules(3 * HOURS)) == at(2)


@given(st.lists(st.integers(0, 200), max_size=12), st.integers(0, 200), st.integers(0, 8), st.integers(1, 4))
def test_the_free_moment_is_free_and_not_earlier(taken, wish, gap, most):
    rule = Rules(gap * HOURS, most)
    free = next_free([at(h) for h in taken], at(wish), rule)
    assert free >= at(wish)
    assert clash([at(h) for h in taken], free, rule) is None
