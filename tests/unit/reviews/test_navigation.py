"""Moving through the queue."""

from __future__ import annotations

import pytest

from app.reviews import navigation


@pytest.mark.parametrize(
    ("ids", "current", "expected"),
    [
        ("abc", "b", ("a", "c")),
        ("abc", "a", (None, "b")),
        ("abc", "c", ("b", None)),
        ("abc", "x", (None, "a")),
        ("", "x", (None, None)),
    ],
)
def test_neighbours(ids, current, expected):
    assert navigation.neighbours(list(ids), current) == expected


@pytest.mark.parametrize(
    ("ids", "decided", "expected"),
    [("abc", "a", "b"), ("abc", "c", "a"), ("abc", "gone", "a"), ("a", "a", None), ("", "a", None)],
)
def test_after_a_decision_the_next_item_comes_by_itself(ids, decided, expected):
    assert navigation.after_decision(list(ids), decided) == expected
