"""What a person typed as a local time, as one moment in UTC. Pure.

Twice a year a zone skips an hour (the typed time does not exist) and repeats one (it exists twice). The first is refused everywhere.
The second is asked about where the form has a place to answer (`moment` without `which`), and else the first of the two is meant.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.lib.zone_names import is_zone

FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")
"""How browsers and people write day and time into one field."""
FIRST, SECOND = "first", "second"
FURTHEST = timedelta(days=731)
"""How far ahead a moment may lie: two years."""
YEARS = range(1990, 2201)
"""What any zone can show: the ends of the calendar have no counterpart in another zone."""
OUT_OF_RANGE = "That date is out of range. Enter a year from 1990 to 2200."
TOO_FAR = "This is more than two years ahead. Check the year, and choose an earlier day."


class WrongTime(ValueError):
    """The typed time names no one moment; the message says what to do. `twice`: it names two."""

    def __init__(self, message: str, *, twice: bool = False):
        super().__init__(message)
        self.twice = twice


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name; WrongTime when there is none."""
    if not is_zone(name):
        raise WrongTime(f"“{name[:60]}” is not a time zone. Choose one from the list, like Europe/Berlin.")
    return ZoneInfo(name)


def moment(on: str, at: str, zone_name: str, which: str = "") -> datetime:
    """UTC of the typed date ("2027-03-28") and time ("02:30") in the zone; `which` settles a time that comes twice.

    Raises WrongTime for garbage, for a time inside a gap, and for a repeated hour that nobody settled. An offset behind the time
    ("02:30+01:00") has to be one of the zone's at that time; then it settles the hour.
    """
    where = zone(zone_name)
    try:
        typed = datetime.combine(date.fromisoformat(on), time.fromisoformat(at))
    except ValueError:
        raise WrongTime("Enter a date and a time, like 2026-11-20 and 16:00.") from None
    return moment_of(typed, where, which) if typed.tzinfo is None else _moment_with_offset(typed, where)


def _moment_with_offset(typed: datetime, where: ZoneInfo) -> datetime:
    """Raises WrongTime where the zone never shows this time with this offset."""
    found = _utc(typed)
    if found.astimezone(where).replace(tzinfo=None) != typed.replace(tzinfo=None):
        text = f"{typed:%H:%M} with the offset {typed:%z} is another time in {where.key}. Leave the offset out, or choose its zone."
        raise WrongTime(text)
    return found


def moment_of(local: datetime, where: ZoneInfo, which: str = FIRST) -> datetime:
    """UTC of a naive local time that a form has read already. Raises WrongTime as `moment` does."""
    early, late = local.replace(tzinfo=where, fold=0), local.replace(tzinfo=where, fold=1)
    if early.utcoffset() == late.utcoffset():
        return _utc(early)
    if _utc(early).astimezone(where).replace(tzinfo=None) != local:
        after = _utc(early).astimezone(where)
        raise WrongTime(
            f"{local:%H:%M} does not exist on {local.day} {local:%B %Y} in {where.key}: clocks go forward past it. {after:%H:%M} is the same moment."
        )
    if which not in (FIRST, SECOND):
        raise WrongTime(
            f"{local:%H:%M} comes twice on {local.day} {local:%B %Y} in {where.key}: clocks go back. Choose the first or the second.",
            twice=True,
        )
    return _utc(early if which == FIRST else late)


def _utc(local: datetime) -> datetime:
    try:
        return local.astimezone(UTC)
    except OverflowError:
        raise WrongTime(OUT_OF_RANGE) from None


def in_past(when: datetime, now: datetime) -> bool:
    """Over for more than a minute: somebody typing "now" is not told off for the seconds it took."""
    return when < now - timedelta(minutes=1)


def too_far(when: datetime, now: datetime) -> bool:
    """Beyond what a desk plans: mostly a year that was typed wrongly (2062 for 2026)."""
    return when > now + FURTHEST
