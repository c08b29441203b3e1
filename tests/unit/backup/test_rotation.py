"""Which backups stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.cli.backup.rotation import moments_to_keep

START = datetime(2026, 11, 20, 3, tzinfo=UTC)


def test_a_year_of_nights():
    nights = [START - timedelta(days=n) for n in range(400)]
    stay = sorted(moments_to_keep(nights), reverse=True)
    assert stay[:7] == nights[:7]
    assert {moment.isocalendar()[:2] for moment in nights[:22]} <= {moment.isocalendar()[:2] for moment in stay}
    assert len({(moment.year, moment.month) for moment in stay}) == 12
    assert len(stay) <= 7 + 4 + 12


def test_the_newest_of_a_day_stays():
    morning, evening = START, START + timedelta(hours=9)
    assert moments_to_keep([morning, evening]) == {evening}


def test_a_pause_removes_nothing_by_itself():
    old = [START - timedelta(days=300 + n) for n in range(3)]
    assert moments_to_keep(old) == set(old)


def test_nothing_of_nothing():
    assert moments_to_keep([]) == set()
