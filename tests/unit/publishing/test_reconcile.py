"""When to look, and what a look means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.platforms.base import Absent, Candidate, CannotTell, Doubt, Found, Platform
from app.publishing.reconcile import EXTRA_LOOKUPS, Case, Step, decide, first_lookup_at, is_conclusive

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CAN = frozenset({"publish", "find"})
KEYED = Platform("k", "Keyed", "x", "none", can=CAN, resend_safety="proved", listing_consistent=True)
LISTING = Platform("l", "Listing", "x", "none", can=CAN, resend_safety="listing", listing_consistent=True)
PATCHY = Platform("p", "Patchy", "x", "none", can=CAN, resend_safety="listing")
BLIND = Platform("b", "Blind", "x", "none")


def minutes(n: float) -> datetime:
    return NOON + timedelta(minutes=n)


def test_the_first_look():
    assert first_lookup_at(Case(KEYED, NOON), NOON) == minutes(1 / 6)
    assert first_lookup_at(Case(KEYED, NOON), minutes(0.5)) == minutes(0.5)
    assert first_lookup_at(Case(LISTING, NOON), minutes(0.5)) == minutes(1)
    assert first_lookup_at(Case(LISTING, NOON), minutes(5)) == minutes(5)
    assert first_lookup_at(Case(BLIND, NOON), NOON) is None


def test_found_settles_it():
    assert decide(Found("7"), Case(LISTING, NOON, 1), minutes(1)).do == "found"


def test_with_a_key_absence_sends_again_under_the_same_key_once_the_lease_is_long_over():
    assert decide(Absent(), Case(KEYED, NOON, 1), minutes(1.5)) == Step("lookup", at=minutes(2))
    assert decide(Absent(), Case(KEYED, NOON, 1), minutes(2)) == Step("resend", same_key=True)


def test_a_listing_is_looked_at_until_no_request_can_be_alive():
    looks = [minutes(m) for m in (1, 3, 7)]
    assert [decide(Absent(), Case(LISTING, NOON, 1), m).at for m in looks] == [minutes(m) for m in (3, 7, 15)]
    assert decide(Absent(), Case(LISTING, NOON, 4), minutes(14.9)).do == "lookup"
    assert decide(Absent(), Case(LISTING, NOON, 4), minutes(15)) == Step("resend")


def test_without_a_complete_list_or_by_the_accounts_rule_a_person_is_asked():
    assert decide(Absent(), Case(PATCHY, NOON, 4), minutes(15)).do == "ask"
    assert decide(Absent(), Case(LISTING, NOON, 4, on_absent="ask"), minutes(15)).do == "ask"


def test_a_cancelled_record_is_never_sent_again():
    assert decide(Absent(), Case(KEYED, NOON, 1, barred=True), minutes(2)) == Step("lookup", at=minutes(15))
    assert decide(Absent(), Case(KEYED, NOON, 2, barred=True), minutes(15)).do == "cancel"
    assert decide(Absent(), Case(LISTING, NOON, 4, barred=True), minutes(15)).do == "cancel"


def test_a_look_that_tells_nothing_is_repeated_then_asks():
    assert decide(CannotTell("away"), Case(LISTING, NOON, 1), minutes(1)).at == minutes(3)
    assert decide(
        CannotTell("limit", retry_after=timedelta(minutes=9)), Case(LISTING, NOON, 1), minutes(1)
    ).at == minutes(10)
    assert decide(CannotTell("away"), Case(LISTING, NOON, 5), minutes(20)).at == minutes(35)
    assert decide(CannotTell("away"), Case(LISTING, NOON, 4 + EXTRA_LOOKUPS), minutes(200)).do == "ask"
    assert decide(CannotTell("no way", final=True), Case(BLIND, NOON, 1), minutes(1)).do == "ask"


@pytest.mark.parametrize("doubt", [Doubt("not listed here"), Doubt("nearly", (Candidate("7"),))])
@pytest.mark.parametrize("rule", ["resend", "ask"])
@pytest.mark.parametrize("barred", [False, True])
def test_doubt_is_looked_at_again_then_asked_never_sent_never_found_never_cancelled(doubt, rule, barred):
    """(D5, D6, D7)"""
    case = Case(LISTING, NOON, 1, rule, barred)
    assert [decide(doubt, case, minutes(m)).at for m in (1, 3, 7)] == [minutes(m) for m in (3, 7, 15)]
    assert decide(doubt, case, minutes(15)) == Step("ask", why=doubt.reason)


def test_sending_again_is_sure_only_when_nothing_can_be_alive():
    assert is_conclusive(Case(KEYED, NOON), NOON)
    assert not is_conclusive(Case(LISTING, NOON), minutes(14))
    assert is_conclusive(Case(LISTING, NOON), minutes(15))
