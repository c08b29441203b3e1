"""Charts as tables: series → rows, ticks and words. The picture is drawn from the table by static/js/charts.js.

In: `Series` of (day, value or None). Out: rows for `ui.chart`, sparkline points, a one-sentence description. Pure.
A missing value stays missing: *no value* is never written as 0. Errors: none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True)
class Series:
    """One line or one layer of bars; `colour` is a key of the chart tokens (1–5, ok, bad)."""

    label: str
    values: Mapping[date, float | None]
    colour: str = "1"
    is_dashed: bool = False
    is_filled: bool = False


@dataclass(frozen=True)
class Row:
    """A line of the table: the day, its label, and a cell (raw, formatted) per series."""

    day: date
    label: str
    cells: Sequence[tuple[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True)
class Chart:
    """One picture with its table, as `ui.chart` draws it. `key`: its id on the page; `kind`: bars or line; `label`: a sentence
    for those who do not see it; `unit`: short, percent, hours or seconds."""

    key: str
    kind: str
    title: str
    label: str
    series: Sequence[Series]
    days: Sequence[date]
    unit: str = "short"

    @property
    def rows(self) -> list[Row]:
        """The table: one row a day."""
        return rows(self.series, self.days, self.unit)


def days(first: date, last: date) -> list[date]:
    """Every day from first to last, both included; empty when they are the wrong way round."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def rows(series: Sequence[Series], over: Iterable[date], unit: str = "short") -> list[Row]:
    """The data table: one row a day, one cell a series; a day without a value has an empty cell."""
    return [Row(day, format_day(day), tuple(_cell(line.values.get(day), unit) for line in series)) for day in over]


def _cell(value: float | None, unit: str) -> tuple[str, str]:
    if value is None or math.isnan(value):
        return "", ""
    return format_number(value, 4).replace(",", ""), format_value(value, unit)


def format_value(value: float, unit: str = "short") -> str:
    """A value in words: "78,940", "96.2%", "2.5 h", "4.2 s"."""
    ends = {"percent": "%", "hours": " h", "seconds": " s"}
    return format_number(value, 1 if unit in ends else 2) + ends.get(unit, "")


def format_number(value: float, places: int = 2) -> str:
    """With thousands separators and without trailing zeros."""
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_day(day: date) -> str:
    """The day as an axis says it: "20 Nov"."""
    return f"{day.day} {day:%b}"


def ticks(top: float, count: int = 4) -> list[float]:
    """Round steps from 0 to at least `top`: 0 20 40 60 for 52. For server-drawn bars and their tests."""
    if top <= 0:
        return [0.0, 1.0]
    raw = top / count
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if raw <= size * factor * (1 + 1e-9))
    return [round(step * n, 10) for n in range(math.ceil(top / step - 1e-9) + 1)]


def spark(values: Sequence[float | None], width: float = 100, top: float = 2, bottom: float = 22) -> str:
    """Points of a polyline in a 100 × 24 box; missing values are skipped; "" for fewer than two values."""
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(value for _, value in known), max(value for _, value in known)
    across, up = width / (len(values) - 1), (bottom - top) / ((high - low) or 1)
    return " ".join(f"{at * across:.1f},{bottom - (value - low) * up:.1f}" for at, value in known)


def describe(label: str, series: Series, over: Sequence[date], unit: str = "short") -> str:
    """What the chart shows, said once for those who do not see it."""
    known = [(series.values.get(day), day) for day in over]
    values = [(value, day) for value, day in known if value is not None]
    if not values:
        return (
            f"{label}: no values from {format_day(over[0])} to {format_day(over[-1])}."
            if over
            else f"{label}: no values."
        )
    (least, least_on), (most, most_on) = min(values), max(values)
    return (
        f"{label}, {format_day(over[0])} to {format_day(over[-1])}: lowest {format_value(least, unit)} on {format_day(least_on)}, "
        f"highest {format_value(most, unit)} on {format_day(most_on)}."
    )


def share(part: float, whole: float) -> float | None:
    """Percent, or None when there is nothing to take a share of."""
    return None if not whole else 100 * part / whole
