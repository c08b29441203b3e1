"""How many drains are rung."""

from __future__ import annotations

import pytest

from app.delivery.dispatcher import drains_wanted


@pytest.mark.parametrize(
    ("due", "queued", "workers", "busy", "rung"),
    [
        (1, 0, 2, 0, 1),
        (9, 0, 2, 0, 2),
        (100, 0, 4, 0, 4),
        (100, 3, 4, 0, 1),
        (100, 0, 4, 3, 1),
        (3, 1, 2, 0, 0),
        (3, 0, 2, 1, 1),  # the one at work may be dead
        (3, 0, 0, 0, 1),  # no worker has reported: the bell waits for one
        (200, 9, 2, 0, 0),
    ],
)
def test_as_many_as_there_is_work_and_hands(due, queued, workers, busy, rung):
    assert drains_wanted(due, queued, workers, busy) == rung
