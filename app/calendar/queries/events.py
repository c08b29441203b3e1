"""Posts by day: records that are due and plans that are not jobs yet. For Home and the calendar."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array

from app.content.models import ContentItem
from app.core.db import db
from app.lib.errors import NotFound
from app.publishing.models import PublishJob, PublishRecord
from app.publishing.queries.badges import RECORD_BADGE, STORED

MOST = 10_000
"""Events that are looked through for one page, at most."""
LISTED = 200
"""Events of one page of the list; the next page begins after the last of them."""
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
class Filters:
    """Filters of the calendar; empty means any."""

    platform: str = ""
    campaign: uuid.UUID | None = None
    status: str = ""


Moment = datetime | sa.ColumnElement[datetime]
"""A moment, or what stands for one in a statement."""
Place = tuple[datetime, uuid.UUID]
"""Moment and id of an entry: where a page of the list ends."""


def events(
    first: datetime, last: datetime, filters: Filters = Filters(), most: int = MOST, after: Place | None = None
) -> list[Event]:
    """The first `most` in [first, last) beyond `after`, in order of time: one statement."""
    both = union(first, last, filters, most, after).subquery()
    statement = sa.select(both).order_by(both.c.at, both.c.id).limit(most)
    return [as_event(row) for row in db.session.execute(statement).mappings()]


def union(first: datetime, last: datetime, filters: Filters, most: int, after: Place | None) -> sa.CompoundSelect[Any]:
    """Records and plans, each at most `most`, as one statement."""
    parts = [_first(part(first, last, filters), key, most, after) for part, *key in PARTS]
    return sa.union_all(*(sa.select(part) for part in parts))


def _first(part: sa.Select[*tuple[Any, ...]], key: Sequence[Any], most: int, after: Place | None = None) -> sa.Subquery:
    """Each part stops by itself, in the order of its own index."""
    if after is not None:
        part = part.where(
            sa.tuple_(*key) > sa.tuple_(*(sa.literal(at, k.type) for at, k in zip(after, key, strict=True)))
        )
    return part.order_by(*key).limit(most).subquery()


def as_event(row: Mapping[Any, Any]) -> Event:
    """A row of these statements."""
    return Event(**{**row, "platforms": tuple(row["platforms"])})


def event(kind: str, key: uuid.UUID) -> Event:
    """One entry. Raises NotFound."""
    whole = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    select, column = (_records, PublishRecord.id) if kind == "record" else (_plans, ContentItem.id)
    row = db.session.execute(select(*whole, Filters()).where(column == key)).mappings().first()
    if row is None:
        raise NotFound("There is no such post in the calendar. It may have been published, moved or cancelled.")
    return as_event(row)


def _records(first: Moment, last: Moment, filters: Filters) -> sa.Select[*tuple[Any, ...]]:
    record, job, item = PublishRecord, PublishJob, ContentItem
    statement = (
        sa.select(
            sa.literal("record").label("kind"), record.id, record.due_at.label("at"), item.title,
            array([record.platform]).label("platforms"),
            RECORD_BADGE.label("status"), record.account_name.label("account"), item.id.label("content_id"), job.campaign_id, job.timezone.label("zone"),
        )
        .join(job, job.id == record.job_id)
        .join(item, item.id == job.content_id)
        .where(*due_conditions(first, last, filters))
    )  # fmt: skip
    return statement.where(job.campaign_id == filters.campaign) if filters.campaign else statement


def due_conditions(first: Moment, last: Moment, filters: Filters = Filters()) -> list[sa.ColumnElement[bool]]:
    """Which records: conditions on their own table alone, all but the campaign."""
    record = PublishRecord
    found = [record.due_at >= first, record.due_at < last]
    if filters.platform:
        found.append(record.platform == filters.platform)
    if filters.status:
        badge = RECORD_BADGE
        found += [badge == filters.status, record.status.in_(STORED.get(filters.status, (filters.status,)))]
    return found


def plan_conditions(first: Moment, last: Moment, filters: Filters = Filters()) -> list[sa.ColumnElement[bool]]:
    """Which items: planned for then, and no job yet."""
    item = ContentItem
    found = [item.scheduled_for >= first, item.scheduled_for < last, item.deleted_at.is_(None), item.open_records == 0]
    found.append(item.status.in_(PLANNED))
    if filters.platform:
        found.append(item.planned_platforms.any_() == filters.platform)  # the index of platforms knows no days
    if filters.status:
        found.append(item.status == filters.status)
    return found


def _plans(first: Moment, last: Moment, filters: Filters) -> sa.Select[*tuple[Any, ...]]:
    item = ContentItem
    statement = sa.select(
        sa.literal("plan").label("kind"), item.id, item.scheduled_for.label("at"), item.title,
        item.planned_platforms.label("platforms"), item.status, sa.literal("").label("account"), item.id.label("content_id"),
        item.campaign_id, item.timezone.label("zone"),
    ).where(*plan_conditions(first, last, filters))  # fmt: skip
    return statement.where(item.campaign_id == filters.campaign) if filters.campaign else statement


PARTS: tuple[tuple[Any, Any, Any], ...] = (
    (_records, PublishRecord.due_at, PublishRecord.id), (_plans, ContentItem.scheduled_for, ContentItem.id),
)  # fmt: skip
"""A kind of event, and what its index is ordered by."""
