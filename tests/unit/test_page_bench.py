"""What the bench of pages calls a missed goal (issue 6, item 5). Figures in, words out."""

from __future__ import annotations

from typing import Any

import pytest

from bench.asking import Timed
from bench.pages import line, missed


def page(**columns: Any) -> Timed:
    return Timed(**{"status": 200, "ms": 30.0, "cpu": 20.0, "statements": 6, "size": 9_000, **columns})


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ({}, []),
        ({"cpu": 21.9}, []),  # less than two milliseconds more: noise
        ({"cpu": 25.0}, ["growth"]),
        ({"ms": 900.0}, []),  # others were busy; this page was not
        ({"cpu": 61.0}, ["ms", "growth"]),
        ({"statements": 13}, ["statements"]),
        ({"status": 404}, ["status"]),  # an address that shows nothing proves nothing
        ({"status": 302}, []),
    ],
)
def test_a_page_misses_the_goals_that_its_last_size_or_its_growth_misses(last: Any, words: list[str]) -> None:
    assert missed([page(), page(), page(**last)]) == words


def test_a_line_of_the_table_says_every_size_and_the_growth_between_them() -> None:
    name, figure, verdict = line("/jobs", [page(), page(cpu=22.0), page(cpu=33.0)])
    assert (name, verdict) == ("/jobs", "* growth")
    assert figure == "20 / 22 / 33 ms, × 1.10 1.50, 6 st, 9 kB (30 / 30 / 30 on the clock)"
