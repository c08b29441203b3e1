"""Posts on the desk's days: records that are due and plans that are not jobs yet. For Home and the calendar."""

from __future__ import annotations

import uuid
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array

from app.content.models import ContentItem
from app.core.db import db
from app.lib.errors import NotFound
from app.publishing.models import PublishJob, PublishRecord
from app.publishing.queries.badges import RECORD_BADGE, STORED

MOST = 10_000
"""Events that are looked through for one page, at most."""
LISTED = 200
"""Events of one page of the list; the next page begins after the last of them."""
SHOWN = 250
"""Entries of the month or the week, at most: with more than that nobody sees more."""
COUNTED = 100
"""So far a cell of the calendar counts; beyond it says "100+"."""
TIMES = ARRAY(sa.DateTime(timezone=True))
PLANNED = ("draft", "review", "needs_revision", "approved", "rejected")
"""An item that is none of these is on its way, out, or put away. The index of plans names the same."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry: a record (`kind` record) or an item's plan (`kind` plan). `status` is the key of its badge."""

    kind: str
    id: uuid.UUID
    at: datetime
    title: str
    platforms: tuple[str, ...]
    status: str
    account: str
    content_id: uuid.UUID
    campaign_id: uuid.UUID | None
    zone: str

    @property
    def can_move(self) -> bool:
        """Only what nobody has begun to send."""
        return self.kind == "plan" or self.status in ("scheduled", "retrying", "due", "held")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of the calendar; empty means any."""

    platform: str = ""
    campaign: uuid.UUID | None = None
    status: str = ""


Place = tuple[datetime, uuid.UUID]
"""Moment and id of an entry: where a page of the list ends."""


def events(
    first: datetime, last: datetime, wanted: Wanted = Wanted(), most: int = MOST, after: Place | None = None
) -> list[Event]:
    """The first `most` in [first, last) beyond `after`, in order of time: one statement."""
    both = _both(first, last, wanted, most, after).subquery()
    statement = sa.select(both).order_by(both.c.at, both.c.id).limit(most)
    return [_event(row) for row in db.session.execute(statement).mappings()]


def _both(first: datetime, last: datetime, wanted: Wanted, most: int, after: Place | None) -> sa.CompoundSelect[Any]:
    parts = [_first(part(first, last, wanted), key, most, after) for part, *key in _PARTS]
    return sa.union_all(*(sa.select(part) for part in parts))


def _first(part: Any, key: Sequence[Any], most: int, after: Place | None = None) -> Any:
    """Each part stops by itself, in the order of its own index."""
    if after is not None:
        part = part.where(
            sa.tuple_(*key) > sa.tuple_(*(sa.literal(at, k.type) for at, k in zip(after, key, strict=True)))
        )
    return part.order_by(*key).limit(most).subquery()


def _event(row: Any) -> Event:
    return Event(**{**row, "platforms": tuple(row["platforms"])})


def spans(bounds: Sequence[tuple[datetime, datetime]], wanted: Wanted, each: int) -> tuple[list[Event], list[int]]:
    """Of each span [first, last) the first events, and how many there are, counted no further than `COUNTED`: two statements, and
    nothing is read that no cell shows. A span shows `each` of them, or fewer where that were more than `SHOWN` in all. What a
    campaign has is little, and found by its jobs instead."""
    if wanted.campaign:
        return _of_campaign(bounds, wanted, each)
    ends = sa.select(
        sa.func.unnest(sa.cast([first for first, _ in bounds], TIMES)).label("first"),
        sa.func.unnest(sa.cast([last for _, last in bounds], TIMES)).label("last"),
    ).cte("ends")
    some = [
        sa.select(table.id).where(*which(ends.c.first, ends.c.last, wanted)).correlate(ends).limit(COUNTED + 1)
        for table, which in ((PublishRecord, due), (ContentItem, planned))
    ]
    both: Any = sum(
        (sa.select(sa.func.count()).select_from(one.lateral()).scalar_subquery() for one in some), sa.literal(0)
    )
    counted = db.session.scalars(sa.select(both).select_from(ends).order_by(ends.c.first))
    many = [min(found, COUNTED + 1) for found in counted]
    each = _fitting(many, each)
    parts = [(part(ends.c.first, ends.c.last, wanted).correlate(ends), key) for part, *key in _PARTS]
    shown = [part.order_by(*key).limit(each).lateral() for part, key in parts]
    statement = sa.union_all(*(sa.select(one).select_from(ends.join(one, sa.true())) for one in shown))
    found = [_event(row) for row in db.session.execute(statement).mappings()]
    return _first_of(bounds, found, each), many


def _fitting(many: Sequence[int], each: int) -> int:
    """The most that a cell may show, at least one, so that all cells together show no more than `SHOWN`."""
    while each > 1 and sum(min(count, each) for count in many) > SHOWN:
        each -= 1
    return each


def _first_of(bounds: Sequence[tuple[datetime, datetime]], found: Iterable[Event], each: int) -> list[Event]:
    """The first `each` of every span, in order of time: records and plans were read apart, so many of both."""
    firsts, shown = [first for first, _ in bounds], [0] * len(bounds)
    kept = []
    for one in sorted(found, key=lambda event: (event.at, event.id)):
        cell = bisect_right(firsts, one.at) - 1
        shown[cell] += 1
        if shown[cell] <= each:
            kept.append(one)
    return sorted(kept, key=lambda event: (event.at, event.title, event.id))


def _of_campaign(
    bounds: Sequence[tuple[datetime, datetime]], wanted: Wanted, each: int
) -> tuple[list[Event], list[int]]:
    """The same in one statement: all of the campaign is numbered within its span, and only what is shown leaves the database."""
    both = _both(bounds[0][0], bounds[-1][1], wanted, MOST, None).cte("both")
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
        found.append(_event({name: row[name] for name in names}))
        counted[row["cell"] - 1] = min(row["many"], COUNTED + 1)
    return _first_of(bounds, found, _fitting(counted, each)), counted


def event(kind: str, key: uuid.UUID) -> Event:
    """One entry. Raises NotFound."""
    whole = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    select, column = (_records, PublishRecord.id) if kind == "record" else (_plans, ContentItem.id)
    row = db.session.execute(select(*whole, Wanted()).where(column == key)).mappings().first()
    if row is None:
        raise NotFound("There is no such post in the calendar. It may have been published, moved or cancelled.")
    return _event(row)


def _records(first: Any, last: Any, wanted: Wanted) -> Any:
    record, job, item = PublishRecord, PublishJob, ContentItem
    statement = (
        sa.select(
            sa.literal("record").label("kind"), record.id, record.due_at.label("at"), item.title,
            array([record.platform]).label("platforms"),
            RECORD_BADGE.label("status"), record.account_name.label("account"), item.id.label("content_id"), job.campaign_id, job.timezone.label("zone"),
        )
        .join(job, job.id == record.job_id)
        .join(item, item.id == job.content_id)
        .where(*due(first, last, wanted))
    )  # fmt: skip
    return statement.where(job.campaign_id == wanted.campaign) if wanted.campaign else statement


def due(first: Any, last: Any, wanted: Wanted = Wanted()) -> list[sa.ColumnElement[bool]]:
    """Which records: conditions on their own table alone, all but the campaign."""
    record = PublishRecord
    found = [record.due_at >= first, record.due_at < last]
    if wanted.platform:
        found.append(record.platform == wanted.platform)
    if wanted.status:
        found += [wanted.status == RECORD_BADGE, record.status.in_(STORED.get(wanted.status, (wanted.status,)))]
    return found


def planned(first: Any, last: Any, wanted: Wanted = Wanted()) -> list[sa.ColumnElement[bool]]:
    """Which items: planned for then, and no job yet."""
    item = ContentItem
    found = [item.scheduled_for >= first, item.scheduled_for < last, item.deleted_at.is_(None), item.open_records == 0]
    found.append(item.status.in_(PLANNED))
    if wanted.platform:
        found.append(item.planned_platforms.any_() == wanted.platform)  # the index of platforms knows no days
    if wanted.status:
        found.append(item.status == wanted.status)
    return found


def _plans(first: Any, last: Any, wanted: Wanted) -> Any:
    item = ContentItem
    statement = sa.select(
        sa.literal("plan").label("kind"), item.id, item.scheduled_for.label("at"), item.title,
        item.planned_platforms.label("platforms"), item.status, sa.literal("").label("account"), item.id.label("content_id"),
        item.campaign_id, item.timezone.label("zone"),
    ).where(*planned(first, last, wanted))  # fmt: skip
    return statement.where(item.campaign_id == wanted.campaign) if wanted.campaign else statement


_PARTS: tuple[tuple[Any, Any, Any], ...] = (
    (_records, PublishRecord.due_at, PublishRecord.id), (_plans, ContentItem.scheduled_for, ContentItem.id),
)  # fmt: skip
"""A kind of event, and what its index is ordered by."""


def ready_to_schedule(limit: int = 8) -> list[Any]:
    """Approved, not on its way, and no failure to look at first: (id, title, planned_platforms, scheduled_for), newest approval first."""
    item = ContentItem
    records = sa.select(PublishRecord.id).join(PublishJob, PublishJob.id == PublishRecord.job_id)
    failed = records.where(PublishJob.content_id == item.id, PublishRecord.status == "failed").exists()
    statement = sa.select(item.id, item.title, item.planned_platforms, item.scheduled_for).where(
        item.status == "approved", item.open_records == 0, item.live_records == 0, item.deleted_at.is_(None), ~failed
    )
    return list(db.session.execute(statement.order_by(item.approved_at.desc().nulls_last()).limit(limit)).all())
