from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web import charts

DAYS = charts.days(date(2026, 11, 18), date(2026, 11, 20))


def test_a_day_without_a_value_stays_empty_and_is_never_zero() -> None:
    series = [charts.Series("Views", {DAYS[0]: 78940, DAYS[1]: None}), charts.Series("Rate", {DAYS[0]: 0.0})]
    rows = charts.rows(series, DAYS)
    assert [row.label for row in rows] == ["18 Nov", "19 Nov", "20 Nov"]
    assert rows[0].cells == (("78940", "78,940"), ("0", "0"))
    assert rows[1].cells == (("", ""), ("", ""))
    assert charts.rows([charts.Series("N", {DAYS[0]: float("nan")})], DAYS)[0].cells == (("", ""),)


def test_the_raw_value_keeps_its_places_and_the_shown_one_is_short() -> None:
    row = charts.rows([charts.Series("Success", {DAYS[0]: 96.2345})], DAYS[:1], "percent")[0]
    assert row.cells == (("96.2345", "96.2%"),)


@pytest.mark.parametrize(
    ("top", "found"),
    [(52, [0, 20, 40, 60]), (1, [0, 0.25, 0.5, 0.75, 1]), (0, [0, 1]), (78940, [0, 20000, 40000, 60000, 80000])],
)
def test_ticks_are_round_and_reach_the_top(top: float, found: list[float]) -> None:
    assert charts.ticks(top) == found


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_ticks_always_cover_the_value_with_few_lines(top: float) -> None:
    steps = charts.ticks(top)
    assert steps[0] == 0 and steps[-1] >= top * (1 - 1e-6) and 2 <= len(steps) <= 11


def test_a_sparkline_needs_two_points_and_skips_gaps() -> None:
    assert charts.spark([1]) == "" and charts.spark([None, None]) == ""
    assert charts.spark([0, None, 10]) == "0.0,22.0 100.0,2.0"
    assert charts.spark([5, 5]) == "0.0,22.0 100.0,22.0"


def test_the_sentence_names_the_range_and_says_when_there_is_nothing() -> None:
    series = charts.Series("Views", {DAYS[0]: 10, DAYS[2]: 30})
    assert (
        charts.describe("Views", series, DAYS) == "Views, 18 Nov to 20 Nov: lowest 10 on 18 Nov, highest 30 on 20 Nov."
    )
    assert charts.describe("Views", charts.Series("Views", {}), DAYS) == "Views: no values from 18 Nov to 20 Nov."
    assert charts.describe("Views", charts.Series("Views", {}), []) == "Views: no values."


def test_a_share_of_nothing_is_no_number() -> None:
    assert charts.share(1, 0) is None
    assert charts.share(1, 4) == 25
