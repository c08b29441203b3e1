"""Whom the supervisor kills: only who said nothing new for 45 s of its own monotonic clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.runtime.heartbeats import SILENT_AFTER, SilenceTracker

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def looks(silence, until, *, start=0, database=NOON, reports=(1,), mute=(2,), every=5):
    """A look each 5 s; those in `reports` say something new each time, `mute` never does. Out: everyone named as silent."""
    named = []
    for moment in range(start, until + 1, every):
        seen = {pid: str(database + timedelta(seconds=moment)) for pid in reports} | {pid: str(NOON) for pid in mute}
        named += silence.update(seen, float(moment))
    return named


@pytest.mark.parametrize("by", [timedelta(minutes=20), timedelta(minutes=-20), timedelta(hours=3), timedelta(hours=-3)])
def test_a_jump_of_the_databases_clock_kills_nobody(by):
    """(D4)"""
    silence = SilenceTracker()
    assert looks(silence, 20, mute=()) == []
    assert looks(silence, 200, start=25, database=NOON + by, mute=()) == []


def test_who_says_nothing_new_is_silent_after_its_time_and_not_before():
    silence = SilenceTracker()
    assert looks(silence, SILENT_AFTER - 5) == []
    assert set(looks(silence, SILENT_AFTER + 5, start=SILENT_AFTER)) == {2}


def test_after_a_gap_everybody_gets_their_time_anew():
    """The machine slept, the database was away, the supervisor itself stood still. (D4)"""
    silence = SilenceTracker()
    assert looks(silence, 40) == []
    assert looks(silence, 100 + SILENT_AFTER - 5, start=100) == []
    silence.reset()
    assert silence.update({2: str(NOON)}, 100.0 + SILENT_AFTER) == []
