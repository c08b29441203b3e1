"""The hours of a week in every zone whose clocks change between 2024 and 2032."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from app.calendar import grid

MINUTE = timedelta(minutes=1)
LORD_HOWE, CHATHAM = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Chatham")
MONDAYS = [date(2024, 1, 1) + timedelta(weeks=n) for n in range(470)]


@cache
def changes() -> dict[tuple[date, tuple[timedelta, ...]], ZoneInfo]:
    """A zone for each way in which clocks change in a week: its Monday, and how far it is from UTC hour by hour."""
    found = {}
    for zone in map(ZoneInfo, sorted(available_timezones())):
        away = [datetime(day.year, day.month, day.day, tzinfo=zone).utcoffset() for day in MONDAYS]
        for day, now, then in zip(MONDAYS, away, away[1:], strict=False):
            if now != then:
                first, last = grid.span(grid.days("week", day), zone)
                hours = range(int((last - first).total_seconds()) // 3600 + 1)
                found[day, tuple((first + n * grid.HOUR).astimezone(zone).utcoffset() for n in hours)] = zone  # type: ignore[misc]  # it is aware
    return found


def minutes(first: datetime, last: datetime) -> Iterator[datetime]:
    while first < last:
        yield first
        first += MINUTE


def test_every_minute_of_a_week_has_one_place_and_its_own_hour() -> None:
    """Also where clocks move by half an hour, at a quarter to three, or at midnight."""
    assert len(changes()) > 100 and {LORD_HOWE, CHATHAM} <= set(changes().values())
    for day, _ in changes():
        zone = changes()[day, _]
        bounds = grid.bounds("week", grid.days("week", day), zone)
        assert [bounds[0][0], *(last for _, last in bounds)] == [
            *(first for first, _ in bounds),
            grid.span(grid.days("week", day), zone)[1],
        ], (zone, day)
        for first, last in bounds:
            whole = last - first == grid.HOUR and first.astimezone(zone).minute == 0
            seen = [first, last - MINUTE] if whole else minutes(first, last)
            assert first < last and len({_place(at, zone) for at in seen}) == 1, (zone, day, first)


def _place(at: datetime, zone: ZoneInfo) -> tuple[date, int, timedelta | None]:
    local = at.astimezone(zone)
    return local.date(), local.hour, local.utcoffset()


def test_an_hour_begins_with_its_first_moment() -> None:
    """Where the first of them is skipped, and where it comes twice."""
    for day, _ in changes():
        zone = changes()[day, _]
        begun: dict[tuple[date, int], datetime] = {}
        for first, _last in grid.bounds("week", grid.days("week", day), zone):
            local = first.astimezone(zone)
            begun.setdefault((local.date(), local.hour), first)
        assert {cell: grid.begin(*cell, zone) for cell in begun} == begun, (zone, day)


@pytest.mark.parametrize(
    ("zone", "day", "pieces"),
    [
        (LORD_HOWE, date(2027, 4, 4), ["00:00", "01:00", "01:30", "02:00", "03:00"]),
        (LORD_HOWE, date(2027, 10, 3), ["00:00", "01:00", "02:30", "03:00", "04:00"]),
        (CHATHAM, date(2027, 4, 4), ["02:00", "03:00", "02:45", "03:00", "04:00"]),
        (CHATHAM, date(2027, 9, 26), ["01:00", "02:00", "03:45", "04:00", "05:00"]),
    ],
)
def test_an_hour_is_split_where_clocks_change(zone: ZoneInfo, day: date, pieces: list[str]) -> None:
    local = [first.astimezone(zone) for first, _ in grid.bounds("week", grid.days("week", day), zone)]
    found = [f"{at:%H:%M}" for at in local if at.date() == day]
    assert "".join(pieces) in "".join(found)


def test_a_week_without_a_change_has_its_168_hours() -> None:
    bounds = grid.bounds("week", grid.days("week", date(2027, 3, 10)), ZoneInfo("Asia/Kathmandu"))
    assert len(bounds) == 168 and {last - first for first, last in bounds} == {grid.HOUR}
    assert bounds[0][0] == datetime(2027, 3, 7, 18, 15, tzinfo=UTC)
