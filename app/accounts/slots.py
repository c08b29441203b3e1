"""The next free slot of an account, pure.

In: weekly slots (weekday, local time), their zone, now, and the moments that are taken. Out: the first slot that nobody
has, in UTC. An hour that clocks skip has no slot that week; of an hour that comes twice the first is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.lib.local_time import WrongTime, moment_of

WEEKS = 5
NEAR = timedelta(minutes=10)
"""A post this near to a slot fills it."""


def next_free(
    slots: Sequence[Any], zone: str, now: datetime, taken: Iterable[datetime], gap: timedelta = NEAR
) -> datetime | None:
    """The first slot after `now` with no taken moment nearer than the account's gap; None without slots or within five weeks."""
    busy = list(taken)
    width = max(gap, NEAR)
    return next((at for at in upcoming(slots, zone, now) if all(abs(at - other) >= width for other in busy)), None)


def upcoming(slots: Sequence[Any], zone: str, now: datetime) -> Iterator[datetime]:
    """Every slot of the next weeks, in order."""
    where = _zone(zone)
    today = now.astimezone(where).date()
    wanted = sorted((int(day), str(at)) for day, at in slots)
    for offset in range(WEEKS * 7):
        day = today + timedelta(days=offset)
        for weekday, at in wanted:
            moment = _moment(day, at, where) if weekday == day.weekday() else None
            if moment is not None and moment > now:
                yield moment


def _moment(day: date, at: str, where: ZoneInfo) -> datetime | None:
    """None when clocks skip it."""
    try:
        return moment_of(datetime.combine(day, time.fromisoformat(at)), where)
    except WrongTime:
        return None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
