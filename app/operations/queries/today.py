"""Posts on the desk's days: records that are due and plans that are not jobs yet. For Home and the calendar."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array

from app.content.models import ContentItem
from app.core.db import db
from app.ground.errors import NotFound
from app.publishing.models import PublishJob, PublishRecord
from app.publishing.queries.badges import RECORD_BADGE

MOST = 1500
"""Events of one calendar page; beyond that the page says so and points to the list."""
UNPLANNED = ("scheduled", "published", "archived", "cancelled")


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
    def went_out(self) -> bool:
        return self.kind == "record" and self.status == "success"

    @property
    def is_coming(self) -> bool:
        """It is still to go out: nothing stops it, and nobody has to look for it."""
        return self.kind == "plan" or self.status in ("scheduled", "retrying", "due", "publishing", "confirming")

    @property
    def can_move(self) -> bool:
        """Only what nobody has begun to send."""
        return self.kind == "plan" or self.status in ("scheduled", "retrying", "due", "held")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of the calendar; empty means any."""

    platform: str = ""
    campaign: str = ""
    status: str = ""


def events(first: datetime, last: datetime, wanted: Wanted = Wanted(), most: int = MOST) -> list[Event]:
    """Everything in [first, last), in order of time: one statement."""
    both = sa.union_all(_records(first, last, wanted), _plans(first, last, wanted)).subquery()
    statement = sa.select(both).order_by(both.c.at, both.c.title, both.c.id).limit(most)
    return [Event(**{**row, "platforms": tuple(row["platforms"])}) for row in db.session.execute(statement).mappings()]


def event(kind: str, key: uuid.UUID) -> Event:
    """One entry. Raises NotFound."""
    whole = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    select, column = (_records, PublishRecord.id) if kind == "record" else (_plans, ContentItem.id)
    row = db.session.execute(select(*whole, Wanted()).where(column == key)).mappings().first()
    if row is None:
        raise NotFound("There is no such post in the calendar. It may have been published, moved or cancelled.")
    return Event(**{**row, "platforms": tuple(row["platforms"])})


def _records(first: datetime, last: datetime, wanted: Wanted) -> Any:
    record, job, item = PublishRecord, PublishJob, ContentItem
    statement = (
        sa.select(
            sa.literal("record").label("kind"), record.id, record.due_at.label("at"), item.title,
            array([record.platform]).label("platforms"),
            RECORD_BADGE.label("status"), record.account_name.label("account"), item.id.label("content_id"), job.campaign_id, job.timezone.label("zone"),
        )
        .join(job, job.id == record.job_id)
        .join(item, item.id == job.content_id)
        .where(record.due_at >= first, record.due_at < last)
    )  # fmt: skip
    if wanted.platform:
        statement = statement.where(record.platform == wanted.platform)
    if wanted.status:
        statement = statement.where(wanted.status == RECORD_BADGE)
    return statement.where(sa.cast(job.campaign_id, sa.Text) == wanted.campaign) if wanted.campaign else statement


def _plans(first: datetime, last: datetime, wanted: Wanted) -> Any:
    item = ContentItem
    statement = sa.select(
        sa.literal("plan").label("kind"), item.id, item.scheduled_for.label("at"), item.title,
        item.planned_platforms.label("platforms"), item.status, sa.literal("").label("account"), item.id.label("content_id"),
        item.campaign_id, item.timezone.label("zone"),
    ).where(
        item.scheduled_for >= first, item.scheduled_for < last, item.deleted_at.is_(None), item.open_records == 0,
        item.status.not_in(UNPLANNED),
    )  # fmt: skip
    if wanted.platform:
        statement = statement.where(item.planned_platforms.contains([wanted.platform]))
    if wanted.status:
        statement = statement.where(item.status == wanted.status)
    return statement.where(sa.cast(item.campaign_id, sa.Text) == wanted.campaign) if wanted.campaign else statement


def ready_to_schedule(limit: int = 8) -> list[Any]:
    """Approved, not on its way, and no failure to look at first: (id, title, planned_platforms, scheduled_for), newest approval first."""
    item = ContentItem
    records = sa.select(PublishRecord.id).join(PublishJob, PublishJob.id == PublishRecord.job_id)
    failed = records.where(PublishJob.content_id == item.id, PublishRecord.status == "failed").exists()
    statement = sa.select(item.id, item.title, item.planned_platforms, item.scheduled_for).where(
        item.status == "approved", item.open_records == 0, item.live_records == 0, item.deleted_at.is_(None), ~failed
    )
    return list(db.session.execute(statement.order_by(item.approved_at.desc().nulls_last()).limit(limit)).all())
