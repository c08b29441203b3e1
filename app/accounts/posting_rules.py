"""The posting rules of an account, pure: slots, the most a day, the gap, and what absence means.

They live in `configuration` beside the instance address. Slots are written by people as lines ("Mon, Wed 09:00 18:30",
"weekdays 12:00", "daily 8:00") and stored as sorted pairs of weekday (0 = Monday) and local time, with the
zone they were written in, which only a choice of another zone changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.web.times import DAYS

GROUPS = {"daily": range(7), "weekdays": range(5), "weekend": range(5, 7)}
KEYS = ("slots", "slots_zone", "max_per_day", "min_gap", "on_absent")
MOST_SLOTS = 168
Slot = tuple[int, str]


def parse_slots(text: str) -> list[Slot]:
    """Read the lines a person wrote. Raises ValueError with a sentence that says which line and why."""
    slots: set[Slot] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            slots |= _line(line.strip(), number)
    if len(slots) > MOST_SLOTS:
        raise ValueError(f"That is {len(slots)} slots a week; {MOST_SLOTS} is the most.")
    return sorted(slots)


def slots_zone(rules: Mapping[str, Any]) -> str:
    """The zone of the slots there are; "" without slots. Slots from before there was a zone are in UTC."""
    return str(rules.get("slots_zone") or "UTC") if rules.get("slots") else ""


def slot_lines(slots: list[Any]) -> str:
    """The stored slots as lines a person can edit: one line per set of days with the same times."""
    times: dict[int, list[str]] = {}
    for day, at in slots:
        times.setdefault(int(day), []).append(at)
    days: dict[str, list[int]] = {}
    for day in sorted(times):
        days.setdefault(" ".join(sorted(times[day])), []).append(day)
    return "\n".join(f"{_day_words(group)} {clock}" for clock, group in days.items())


def _day_words(group: list[int]) -> str:
    for word, members in GROUPS.items():
        if group == list(members):
            return word
    return ", ".join(DAYS[day] for day in group)


def _line(line: str, number: int) -> set[Slot]:
    words = [word for word in re.split(r"[,\s]+", line) if word]
    days: set[int] = set()
    times: list[str] = []
    for word in words:
        if ":" in word:
            times.append(_clock(word, number))
        else:
            days |= _days(word, number)
    if not days or not times:
        raise ValueError(f"Line {number} needs days and times, like “Mon, Thu 09:00 18:30” or “daily 12:00”.")
    return {(day, at) for day in days for at in times}


def _days(word: str, number: int) -> set[int]:
    low = word.lower()
    if low in GROUPS:
        return set(GROUPS[low])
    for index, name in enumerate(DAYS):
        if (len(low) >= 3 and _LONG[index].startswith(low)) or low == name.lower():
            return {index}
    raise ValueError(f"Line {number}: “{word[:20]}” is not a day. Use Mon to Sun, weekdays, weekend or daily.")


def _clock(word: str, number: int) -> str:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", word)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(f"Line {number}: “{word[:20]}” is not a time. Write it like 09:00 or 18:30.")
    return f"{int(found[1]):02d}:{found[2]}"


_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
