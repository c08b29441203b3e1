"""The first events of each cell of the month and the week, and how many there are in each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from app.calendar.queries.events import MOST, PARTS, Event, Filters, as_event, due_conditions, plan_conditions, union
from app.content.models import ContentItem
from app.core.db import db
from app.publishing.models import PublishRecord

SHOWN = 250
"""Entries of the month or the week, at most: with more than that nobody sees more."""
COUNTED = 100
"""So far a cell of the calendar counts; beyond it says "100+"."""
TIMES = ARRAY(sa.DateTime(timezone=True))


def spans(bounds: Sequence[tuple[datetime, datetime]], filters: Filters, each: int) -> tuple[list[Event], list[int]]:
    """Of each span [first, last) the first events, and how many there are, counted no further than `COUNTED`: two statements, and
    nothing is read that no cell shows. A span shows `each` of them, or fewer where that were more than `SHOWN` in all. What a
    campaign has is little, and found by its jobs instead."""
    if filters.campaign:
        return _of_campaign(bounds, filters, each)
    ends = sa.select(
        sa.func.unnest(sa.cast([first for first, _ in bounds], TIMES)).label("first"),
        sa.func.unnest(sa.cast([last for _, last in bounds], TIMES)).label("last"),
    ).cte("ends")
    some = [
        sa.select(table.id).where(*which(ends.c.first, ends.c.last, filters)).correlate(ends).limit(COUNTED + 1)
        for table, which in ((PublishRecord, due_conditions), (ContentItem, plan_conditions))
    ]
    both: Any = sum(
        (sa.select(sa.func.count()).select_from(one.lateral()).scalar_subquery() for one in some), sa.literal(0)
    )
    counted = db.session.scalars(sa.select(both).select_from(ends).order_by(ends.c.first))
    many = [min(found, COUNTED + 1) for found in counted]
    each = _fit(many, each)
    parts = [(part(ends.c.first, ends.c.last, filters).correlate(ends), key) for part, *key in PARTS]
    shown = [part.order_by(*key).limit(each).lateral() for part, key in parts]
    statement = sa.union_all(*(sa.select(one).select_from(ends.join(one, sa.true())) for one in shown))
    found = [as_event(row) for row in db.session.execute(statement).mappings()]
    return _first_of(bounds, found, each), many


def _fit(many: Sequence[int], each: int) -> int:
    """The most that a cell may show, at least one, so that all cells together show no more than `SHOWN`."""
    while each > 1 and sum(min(count, each) for count in many) > SHOWN:
        each -= 1
    return each


def _first_of(bounds: Sequence[tuple[datetime, datetime]], found: Iterable[Event], each: int) -> list[Event]:
    """The first `each` of every span, in order of time: records and plans were read apart, so many of both."""
    firsts, shown = [first for first, _ in bounds], [0] * len(bounds)
    events = []
    for event in sorted(found, key=lambda event: (event.at, event.id)):
        cell = bisect_right(firsts, event.at) - 1
        shown[cell] += 1
        if shown[cell] <= each:
            events.append(event)
    return sorted(events, key=lambda event: (event.at, event.title, event.id))


def _of_campaign(
    bounds: Sequence[tuple[datetime, datetime]], filters: Filters, each: int
) -> tuple[list[Event], list[int]]:
    """The same in one statement: all of the campaign is numbered within its span, and only what is shown leaves the database."""
    both = union(bounds[0][0], bounds[-1][1], filters, MOST, None).cte("both")
    cell = sa.func.width_bucket(both.c.at, sa.cast([first for first, _ in bounds], TIMES))
    inside: dict[str, Any] = {"partition_by": cell, "order_by": (both.c.at, both.c.id)}
    numbered = sa.select(
        both,
        cell.label("cell"),
        sa.func.row_number().over(**inside).label("number"),
        sa.func.count().over(partition_by=cell).label("many"),
    ).subquery()
    rows = db.session.execute(
        sa.select(numbered).where(numbered.c.number <= each).order_by(*numbered.c["cell", "number"])
    ).mappings()
    names = tuple(both.c.keys())
    found, counted = [], [0] * len(bounds)
    for row in rows:
        found.append(as_event({name: row[name] for name in names}))
        counted[row["cell"] - 1] = min(row["many"], COUNTED + 1)
    return _first_of(bounds, found, _fit(counted, each)), counted
