"""The watch over the database's clock: what is a jump, what is drift, and from when an age may be counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.core.clock_watch import REFRAIN, ClockWatch, Reading, age_start

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


class World:
    """A database's clock and a monotonic one that are moved by hand."""

    def __init__(self) -> None:
        self.watch, self.database, self.steady = ClockWatch(), NOON, 1000.0

    def passes(self, seconds, *, steady=None, took=0.01):
        self.database += timedelta(seconds=seconds)
        self.steady += seconds if steady is None else steady
        return self.watch.observe(Reading(self.database, self.steady - took, self.steady))

    @property
    def calm(self):
        return self.watch.calm_for(self.steady)


@pytest.fixture
def world():
    made = World()
    assert made.passes(0) is None
    for _ in range(20):
        assert made.passes(5) is None
    return made


@pytest.mark.parametrize("by", [1200, -1200, 3 * 3600, -3 * 3600, 6, -6])
def test_a_jump_in_either_direction_is_seen_with_its_length_and_begins_the_waiting_anew(world, by):
    """(D4)"""
    assert world.calm >= REFRAIN
    before = world.database
    jump = world.passes(5 + by, steady=5)
    assert jump is not None and abs(jump.moved_by - by) < 0.1
    assert (jump.last, jump.at) == (before, world.database) and world.calm < 1
    assert [world.passes(5) for _ in range(12)] == [None] * 12
    assert world.calm >= REFRAIN


def test_a_machine_that_slept_is_a_jump_because_no_call_of_ours_went_on_meanwhile(world):
    """CLOCK_MONOTONIC stands still while a machine or a guest is suspended; the database's clock does not. (D4)"""
    jump = world.passes(8 * 3600, steady=2)
    assert jump is not None and jump.moved_by > 7 * 3600 and world.calm < 1


def test_a_process_that_stood_still_saw_no_jump_but_waits_a_lease_before_it_acts(world):
    """SIGSTOP, a frozen container: both clocks ran, nobody watched; the others may have stood still as well. (D4)"""
    assert world.passes(100) is None
    assert world.calm < 1
    for _ in range(12):
        world.passes(5)
    assert world.calm >= REFRAIN


@pytest.mark.parametrize("by", [4.5, -4.5])
def test_what_time_synchronisation_slews_is_no_jump(world, by):
    for _ in range(45):
        assert world.passes(5 + by / 45, steady=5) is None
    assert world.calm >= REFRAIN


@pytest.mark.parametrize("by", [3, -3])
def test_small_steps_that_add_up_to_more_than_five_seconds_are_a_jump(world, by):
    assert world.passes(5 + by, steady=5) is None
    jump = world.passes(5 + by, steady=5)
    assert jump is not None and abs(jump.moved_by - 2 * by) < 0.1


def test_an_answer_that_took_long_is_neither_a_jump_nor_a_proof(world):
    """A stalled database says a time of somewhere between question and answer."""
    world.database += timedelta(seconds=2)
    world.steady += 25
    reading = Reading(world.database, world.steady - 25, world.steady)
    assert world.watch.observe(reading) is None and not reading.is_sharp
    world.database += timedelta(seconds=23)
    assert world.passes(1) is None
    world.database += timedelta(seconds=1200)
    world.steady += 25
    assert world.watch.observe(Reading(world.database, world.steady - 25, world.steady)) is not None


def test_a_jump_forward_and_back_again_are_two(world):
    assert world.passes(1205, steady=5).moved_by > 0
    back = world.passes(-1195, steady=5)
    assert back is not None and back.moved_by < -1199


def test_who_begins_goes_on_where_the_last_one_stopped_and_sees_a_jump_between_them(world):
    begun = ClockWatch()
    begun.resume(Reading(world.database, world.steady, world.steady), world.watch.calm_from)
    assert begun.observe(Reading(world.database + timedelta(seconds=4), world.steady + 4, world.steady + 4)) is None
    assert begun.calm_for(world.steady + 4) >= REFRAIN
    other = ClockWatch()
    other.resume(Reading(world.database, world.steady, world.steady), world.watch.calm_from)
    assert other.observe(Reading(world.database, world.steady + 10, world.steady + 10)) is not None
    assert other.calm_for(world.steady + 10) == 0


def test_the_first_reading_proves_nothing():
    watch = ClockWatch()
    assert watch.calm_for(10**6) == 0
    watch.observe(Reading(NOON, 5, 5))
    assert watch.calm_for(5) == 0


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("began", "now", "jumped_at", "counted"),
    [
        (0, 10, None, 0),  # no jump is known
        (0, 21, 20, 20),  # forward by 20: what began before is as old as the jump
        (20, 22, 20, 20),
        (21, 30, 20, 21),  # what began after it is as old as it looks
        (0, 60, 20, 20),
        (30, 11, 10, 10),  # back by 20: it began "in the future", so before the jump
        (5, 11, 10, 10),
        (10.5, 11, 10, 10.5),  # before or after, nobody can tell: the younger of the two ages
        (30, 46, 10, 30),
    ],
)
def test_nothing_is_older_than_somebody_has_watched(began, now, jumped_at, counted):
    """(D4)"""
    at = None if jumped_at is None else NOON + jumped_at * MINUTE
    assert age_start(NOON + began * MINUTE, NOON + now * MINUTE, at) == NOON + counted * MINUTE
