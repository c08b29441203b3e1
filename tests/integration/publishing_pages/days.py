"""Days of next year, so that tests stay inside the two years that a schedule may lie ahead."""

from __future__ import annotations

from datetime import date, datetime, timedelta

YEAR = datetime.now().year + 1


def last_sunday(month: int) -> date:
    """When clocks change in Europe: the last Sunday of a month of 31 days."""
    end = date(YEAR, month, 31)
    return end - timedelta(days=(end.weekday() + 1) % 7)


FORWARD, BACK = last_sunday(3).isoformat(), last_sunday(10).isoformat()
