"""Days and hours of the calendar, in the reader's zone. Pure.

In: a day, a zone, moments. Out: weeks of days, the UTC span that they cover, events by day and by hour. A day is from
local midnight to local midnight, so it has 23 or 25 hours when clocks change, and nothing falls out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

VIEWS = ("month", "week", "list")
LIST_DAYS = 14
MORNING, EVENING = 7, 20
HOUR = timedelta(hours=1)


def weeks(day: date) -> list[list[date]]:
    """The weeks of the day's month, Monday first, filled up with the neighbours' days."""
    first = monday(day.replace(day=1))
    last = next_month(day)
    found = []
    while first < last:
        found.append([first + timedelta(days=n) for n in range(7)])
        first += timedelta(days=7)
    return found


def days(view: str, day: date) -> list[date]:
    """Every day that a view of this day shows."""
    if view == "month":
        return [one for week in weeks(day) for one in week]
    start, many = (monday(day), 7) if view == "week" else (day, LIST_DAYS)
    return [start + timedelta(days=n) for n in range(many)]


def span(shown: list[date], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """[first, last) in UTC of the shown days."""
    return midnight(shown[0], zone), midnight(shown[-1] + timedelta(days=1), zone)


def bounds(view: str, shown: list[date], zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """What the cells of a view cover, in UTC and in order: days of a month; hours of a week, of which some are short where clocks
    change (by half an hour on Lord Howe, at a quarter to three on Chatham) and some come twice."""
    if view == "month":
        return [span([day], zone) for day in shown]
    first, last = span(shown, zone)
    found = []
    while first < last:
        found.append((first, min(_hour_end(first, zone), last)))
        first = found[-1][1]
    return found


def _hour_end(first: datetime, zone: ZoneInfo) -> datetime:
    """Where the local hour of this moment ends: with its last minute, or as soon as clocks change."""
    local = first.astimezone(zone)
    last = first + HOUR - timedelta(minutes=local.minute, seconds=local.second)
    many = int((last - first).total_seconds())

    def is_changed(seconds: int) -> bool:
        return (first + timedelta(seconds=seconds)).astimezone(zone).utcoffset() != local.utcoffset()

    if not is_changed(many - 1):
        return last
    return first + timedelta(seconds=bisect_left(range(many), True, key=is_changed))


def begin(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """The first moment of a local hour. Where clocks jump over its beginning, that is when the hour before it ends."""
    typed = datetime.combine(day, time(hour), zone)
    at = typed.astimezone(UTC)
    is_skipped = at.astimezone(zone).replace(tzinfo=None) != typed.replace(tzinfo=None)
    return _hour_end(begin(day, hour - 1, zone), zone) if is_skipped and hour else at


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins there. Where midnight is skipped, the first moment after it."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def step(view: str, day: date, by: int) -> date:
    """The day that "previous" (-1) and "next" (1) lead to; stays within the years that have a calendar."""
    try:
        if view == "month":
            return next_month(day) if by > 0 else (day.replace(day=1) - timedelta(days=1)).replace(day=1)
        return day + timedelta(days=by * (7 if view == "week" else LIST_DAYS))
    except (OverflowError, ValueError):
        return day


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def next_month(day: date) -> date:
    """The first of the next month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def hours(moments: Iterable[datetime], zone: ZoneInfo) -> range:
    """The hours that a week shows: the working day, widened to what there is."""
    found = [moment.astimezone(zone).hour for moment in moments]
    return range(min([MORNING, *found]), max([EVENING, *found]) + 1)
