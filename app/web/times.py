"""Moments in the reader's words: "Today 16:00", "Yesterday 19:00", "Sun 22 Nov 17:00", "13 Nov 2025".

In: aware datetimes, `now`, an IANA zone. Out: text. Pure: no database, no Flask. Errors: none; an unknown zone reads as UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.lib import zone_names

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=512)
def zone(name: str | None) -> ZoneInfo:
    """The zone of that name, or UTC: a person's old setting must not break a page."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def zone_choices(now: datetime) -> tuple[tuple[str, str], ...]:
    """The zones to choose from as a person reads them: ("Africa/Addis Ababa", "UTC+3"), with the offset at `now`."""
    return _zone_choices(now.replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=2)
def _zone_choices(now: datetime) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("_", " "), offset(now, zone(name))) for name in zone_names.offered())


@lru_cache(maxsize=512)
def keeps_offset(where: ZoneInfo, year: int) -> bool:
    """Whether the zone has one offset for the whole year."""
    return len({datetime(year, month, 1, 12, tzinfo=where).utcoffset() for month in range(1, 13)}) == 1


def format_day(day: date, today: date) -> str:
    """Either "Today", "Tomorrow", "Yesterday", "Sun 22 Nov" within a week, "13 Nov" within the year, or "13 Nov 2025"."""
    distance = (day - today).days
    near = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}.get(distance)
    if near:
        return near
    dated = f"{day.day} {MONTHS[day.month - 1]}"
    if abs(distance) < 7:
        return f"{DAYS[day.weekday()]} {dated}"
    return dated if day.year == today.year else f"{dated} {day.year}"


def format_moment(moment: datetime, today: date, where: ZoneInfo) -> str:
    """A moment as the reader says it, in the reader's zone, to the minute; `today` is the reader's day."""
    local = moment.astimezone(where)
    return f"{format_day(local.date(), today)} {local.hour:02}:{local.minute:02}"


def format_in_text(text: str) -> str:
    """A moment as `format_moment` writes it, in the middle of a sentence: "today 16:00", but "Sun 22 Nov 17:00"."""
    return text[:1].lower() + text[1:] if text.startswith(("Today", "Tomorrow", "Yesterday")) else text


def span(seconds: float) -> str:
    """A length of time: "0.4 s", "12 s", "16 min 8 s", "2 h 10 min", "3 days"."""
    seconds = max(seconds, 0.0)
    if seconds < 10:
        return f"{seconds:.1f} s" if seconds % 1 else f"{int(seconds)} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    if whole < 172_800:
        minutes = whole // 60 % 60
        return f"{whole // 3600} h" + (f" {minutes} min" if minutes else "")
    return f"{whole // 86_400} days"


def until(moment: datetime, now: datetime) -> str:
    """Either "in 4 min", "now" or "2 h ago": how far a moment is from now."""
    seconds = (moment - now).total_seconds()
    if abs(seconds) < 5:
        return "now"
    rounded = abs(seconds) if abs(seconds) < 60 else abs(seconds) // 60 * 60
    return f"in {span(rounded)}" if seconds > 0 else f"{span(rounded)} ago"


def format_offset(moment: datetime, where: ZoneInfo) -> str:
    """As in "Africa/Addis Ababa, UTC+3": what every card with times says once."""
    name = where.key.replace("_", " ")
    return "UTC" if name == "UTC" else f"{name}, {offset(moment, where)}"


def offset(moment: datetime, where: ZoneInfo) -> str:
    """How far the zone is from UTC at the moment: "UTC+5:30"."""
    minutes = int((moment.astimezone(where).utcoffset() or timedelta()).total_seconds() // 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02d}" if rest else "")


def iso(moment: datetime) -> str:
    """The exact moment for `<time datetime>`: UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
