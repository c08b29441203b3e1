"""The four tiles of Home: this week against the week before, and a line of 14 days; counted from the days that metrics hands over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from app.metrics.queries import Day, share
from app.web.charts import spark
from app.web.times import span

WEEK = 7


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with its change; `good` says whether the change is welcome."""

    label: str
    value: str
    delta: str
    good: bool
    points: str
    note: str = "vs last week"


def build(first: date, daily: Sequence[Day], approval_times: Mapping[date, float]) -> list[Tile]:
    """From 14 days beginning with `first`: published, success, time to approve, due to live."""
    days = [first + timedelta(days=n) for n in range(2 * WEEK)]
    by_day = {counts.day: counts for counts in daily}
    published = [float(by_day[day].ok) if day in by_day else 0.0 for day in days]
    rates = [share(by_day[day].ok, by_day[day].failed) if day in by_day else None for day in days]
    leads = [_number(by_day[day].p50) if day in by_day else None for day in days]
    return [
        _count("Published", published),
        _rate("Publish success", [by_day.get(day) for day in days], rates),
        _time("Median time to approve", [approval_times.get(day) for day in days]),
        _time("Due to live, median", leads),
    ]


def _count(label: str, values: list[float]) -> Tile:
    before, now = int(sum(values[:WEEK])), int(sum(values[WEEK:]))
    delta = f"{now - before:+,}" if before and now != before else ""
    points = spark(values) if any(values) else ""
    return Tile(label, f"{now:,}", delta, now >= before, points, "vs last week" if delta else "in 7 days")


def _rate(label: str, days: list[Day | None], rates: list[float | None]) -> Tile:
    before, now = _share(days[:WEEK]), _share(days[WEEK:])
    delta = "" if before is None or now is None or before == now else f"{now - before:+.1f} pts"
    return Tile(
        label,
        "–" if now is None else f"{now:g}%",
        delta,
        not delta.startswith("-"),
        spark(rates),
        "vs last week" if delta else "of what was settled, 7 days",
    )


def _share(days: list[Day | None]) -> float | None:
    known = [day for day in days if day is not None]
    return share(sum(day.ok for day in known), sum(day.failed for day in known))


def _time(label: str, values: list[float | None]) -> Tile:
    """Less is better: a minus is good."""
    before = [value for value in values[:WEEK] if value is not None]
    now = [value for value in values[WEEK:] if value is not None]
    if not now:
        return Tile(label, "–", "", True, spark(values), "nothing in 7 days")
    change = float(median(now)) - float(median(before)) if before else 0.0
    size = abs(change)
    has_changed = bool(before) and round(size, 1) > 0
    delta = f"{'+' if change > 0 else '-'}{span(size)}" if has_changed else ""
    return Tile(
        label,
        span(_short(median(now))),
        delta,
        change <= 0,
        spark(values),
        "vs last week" if delta else "median of 7 days",
    )


def _short(seconds: float) -> float:
    return round(seconds, 1) if seconds < 10 else float(round(seconds))


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)
