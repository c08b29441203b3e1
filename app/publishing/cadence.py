"""Gaps and daily caps of one account. Pure: times in, the first clash or the next free moment out.

`times` are the moments at which the account has published, may have, or will, the candidate excluded; `queries/account_times.py`
says which records count and from when. A day is any 24 hours (Instagram counts so), so a cap holds across midnight too.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

DAY = timedelta(hours=24)
TRIES = 5000


@dataclass(frozen=True)
class Rules:
    """`gap` between two posts; `per_day` at most in 24 hours (None: no cap)."""

    gap: timedelta = timedelta(0)
    per_day: int | None = None

    @property
    def any(self) -> bool:
        return self.gap > timedelta(0) or self.per_day is not None


@dataclass(frozen=True)
class Clash:
    """Why a moment is not free: `kind` gap or cap, the post it is too near to, and the next moment that is free."""

    kind: str
    other: datetime
    free_at: datetime


def rules(gap: timedelta, per_day: int | None, configuration: Mapping[str, Any] | None) -> Rules:
    """The platform's rule, or the account's own where it has one (`min_gap` in minutes, `max_per_day`)."""
    own = configuration or {}
    minutes, most = _whole(own.get("min_gap")), _whole(own.get("max_per_day"))
    return Rules(gap if minutes is None else timedelta(minutes=minutes), most if most else per_day)


def clash(times: Iterable[datetime], at: datetime, rule: Rules) -> Clash | None:
    """The first reason why `at` is not free, or None."""
    found = _clash(sorted(times), at, rule)
    return Clash(found[0], found[1], next_free(times, at, rule)) if found else None


def next_free(times: Iterable[datetime], at: datetime, rule: Rules) -> datetime:
    """The first moment from `at` on that breaks no rule."""
    taken = sorted(times)
    for _ in range(TRIES):
        found = _clash(taken, at, rule)
        if found is None:
            return at
        at = found[1] + (rule.gap if found[0] == "gap" else DAY)
    return at


def not_before(published: Iterable[datetime], now: datetime, rule: Rules) -> datetime | None:
    """At dispatch: the moment to wait for, or None when it may go now. Only what is out (or may be) counts."""
    free = next_free([moment for moment in published if moment <= now + DAY], now, rule)
    return free if free > now else None


def _clash(taken: list[datetime], at: datetime, rule: Rules) -> tuple[str, datetime] | None:
    place = bisect_left(taken, at)
    for other in reversed(taken[max(0, place - 1) : place + 1]):
        if abs(other - at) < rule.gap:
            return "gap", other
    if rule.per_day is None:
        return None
    whole = list(taken)
    insort(whole, at)
    place = bisect_left(whole, at)
    for first in range(max(0, place - rule.per_day), place + 1):
        last = first + rule.per_day
        if last < len(whole) and whole[last] - whole[first] < DAY:
            return "cap", whole[first] if whole[first] != at else whole[first + 1]
    return None


def _whole(value: Any) -> int | None:
    try:
        return max(0, int(value))
    except (TypeError, ValueError):
        return None
