"""Which backups stay: the newest of each of 7 days, 4 weeks and 12 months that have one. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

KEEP: tuple[tuple[int, Callable[[datetime], Any]], ...] = (
    (7, lambda moment: moment.date()),
    (4, lambda moment: moment.isocalendar()[:2]),
    (12, lambda moment: (moment.year, moment.month)),
)


def moments_to_keep(moments: Iterable[datetime]) -> set[datetime]:
    """Those that stay. Counts the days, weeks and months that have a backup, so a pause in backups removes nothing."""
    newest_first = sorted(moments, reverse=True)
    out: set[datetime] = set()
    for number, period in KEEP:
        newest: dict[Any, datetime] = {}
        for moment in newest_first:
            newest.setdefault(period(moment), moment)
        out.update(list(newest.values())[:number])
    return out
