"""Reads of campaigns: the list, one campaign with its content and results, what is late."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from app.campaigns.models import CAMPAIGN, ENDED, Campaign
from app.content.models import ContentItem
from app.core.db import app_now, db
from app.core.listing import Choice, Listing
from app.lib.errors import NotFound
from app.platforms import registry
from app.publishing.campaign_frame import Frame
from app.publishing.models import OPEN, PublishHold, PublishJob, PublishRecord
from app.publishing.pages.badges import WAITING

CONTENT_SHOWN = 50
LATE_AT_ONCE = 500
CHOICES_OFFERED = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: the campaign, how many items it has, how many posts are live and on the way."""

    campaign: Campaign
    items: int
    live: int
    open: int


def _alive() -> sa.Select[Any]:
    return sa.select(Campaign).where(Campaign.deleted_at.is_(None))


def _has_platform(slug: str) -> sa.ColumnElement[bool]:
    return Campaign.target_platforms.op("@>")(sa.cast([slug], JSONB))


def platform_choices() -> list[tuple[str, str]]:
    """Slug and name of every platform."""
    return [(c.spec.slug, c.spec.name) for c in registry.all()]


CAMPAIGNS = Listing(
    select=_alive,
    search=[Campaign.name, Campaign.goal],
    filters={
        "status": Choice(Campaign.shows, tuple((s, s.capitalize()) for s in (*CAMPAIGN.states, ENDED)), "Status"),
        "platform": Choice(_has_platform, platform_choices, "Platform"),
    },
    sorts={
        "name": sa.func.lower(Campaign.name),
        "status": Campaign.status,
        "start": sa.func.coalesce(Campaign.start_time, Campaign.created_at),
        "updated": Campaign.updated_at,
    },
    default="-updated",
    tiebreak=Campaign.id,
)


def by_id(campaign_id: uuid.UUID | str) -> Campaign:
    """The campaign. Raises NotFound."""
    try:
        found = db.session.get(Campaign, uuid.UUID(str(campaign_id)))
    except ValueError:
        found = None
    if found is None or found.deleted_at is not None:
        raise NotFound("There is no such campaign. It may have been removed.")
    return found


def with_counts(campaigns: Sequence[Campaign]) -> list[Row]:
    """The campaigns of a page with what belongs to them, in one statement."""
    ids = [c.id for c in campaigns]
    item = ContentItem
    counted = (
        sa.select(item.campaign_id, sa.func.count(), sa.func.sum(item.live_records), sa.func.sum(item.open_records))
        .where(item.campaign_id.in_(ids), item.deleted_at.is_(None))
        .group_by(item.campaign_id)
    )
    counts = {key: numbers for key, *numbers in db.session.execute(counted).all()} if ids else {}
    return [Row(c, *counts.get(c.id, (0, 0, 0))) for c in campaigns]


def choices(chosen: uuid.UUID | str | None = None) -> list[tuple[str, str]]:
    """Campaigns that content can belong to, for a select, by name: id and name. Always with the one that is `chosen`.

    Of very many, those that run come first, then those that are planned or pause, then those that are over; of each the
    last changed. One that is not offered is chosen by a link with its id.
    """
    can_take = Campaign.status.in_(("draft", "active", "paused"))
    mine = sa.cast(Campaign.id, sa.Text) == str(chosen or "")
    is_over = sa.func.coalesce(Campaign.end_time <= app_now(), False)
    rank = sa.case((mine, 0), (is_over, 3), (Campaign.status == "active", 1), else_=2)
    first = sa.select(Campaign.id, Campaign.name).where(Campaign.deleted_at.is_(None), sa.or_(can_take, mine))
    some = first.order_by(rank, Campaign.updated_at.desc(), Campaign.id).limit(CHOICES_OFFERED).subquery()
    rows = db.session.execute(sa.select(some).order_by(sa.func.lower(some.c.name), some.c.id)).all()
    return [(str(key), name) for key, name in rows]


def content_of(campaign_id: uuid.UUID) -> list[ContentItem]:
    """Its content, last changed first."""
    statement = sa.select(ContentItem).where(ContentItem.campaign_id == campaign_id, ContentItem.deleted_at.is_(None))
    return list(db.session.scalars(statement.order_by(ContentItem.updated_at.desc()).limit(CONTENT_SHOWN)))


def planned_only(campaign_id: uuid.UUID) -> int:
    """How many of its items are approved and planned for a moment to come, and not scheduled."""
    mine = sa.and_(ContentItem.campaign_id == campaign_id, ContentItem.deleted_at.is_(None))
    waits = sa.and_(ContentItem.status == "approved", ContentItem.scheduled_for > app_now())
    has_accounts = sa.func.jsonb_array_length(ContentItem.planned_accounts) > 0
    return db.session.scalar(sa.select(sa.func.count()).where(mine, waits, has_accounts)) or 0


def results_of(campaign_id: uuid.UUID) -> dict[tuple[str, str], int]:
    """(platform, status of the record) → how many."""
    statement = (
        sa.select(PublishRecord.platform, PublishRecord.status, sa.func.count())
        .join(PublishJob, PublishJob.id == PublishRecord.job_id)
        .where(PublishJob.campaign_id == campaign_id)
        .group_by(PublishRecord.platform, PublishRecord.status)
    )
    return {(platform, status): count for platform, status, count in db.session.execute(statement).all()}


def open_count(campaign_id: uuid.UUID) -> int:
    """How many of its records have not ended."""
    statement = (
        sa.select(sa.func.count()).select_from(PublishRecord).join(PublishJob, PublishJob.id == PublishRecord.job_id)
    )
    return (
        db.session.scalar(statement.where(PublishJob.campaign_id == campaign_id, PublishRecord.status.in_(OPEN))) or 0
    )


def late_records(campaign_id: uuid.UUID) -> list[PublishRecord]:
    """Records that wait to be sent although their time has passed, earliest first."""
    statement = (
        sa.select(PublishRecord)
        .join(PublishJob, PublishJob.id == PublishRecord.job_id)
        .where(
            PublishJob.campaign_id == campaign_id,
            PublishRecord.status.in_(WAITING),
            PublishRecord.due_at < app_now(),
        )
    )
    return list(db.session.scalars(statement.order_by(PublishRecord.due_at, PublishRecord.id).limit(LATE_AT_ONCE)))


def now() -> datetime:
    """The database's time: the clock that decides what goes out."""
    moment: datetime = db.session.execute(sa.select(app_now())).scalar_one()
    return moment


def frame_of(campaign: Campaign) -> Frame:
    """What publishing asks of it, from the row at hand."""
    return Frame(
        campaign.name,
        campaign.status,
        tuple(campaign.target_platforms or ()),
        campaign.start_time,
        campaign.end_time,
        campaign.deleted_at is not None,
    )


def _of_campaign(*what: Any) -> sa.Select[Any]:
    jobs = sa.select(*what).select_from(PublishRecord).join(PublishJob, PublishJob.id == PublishRecord.job_id)
    return jobs.where(PublishRecord.status.in_(WAITING))


def waiting_count(campaign_id: uuid.UUID) -> int:
    """How many of its records wait to be sent."""
    return db.session.scalar(_of_campaign(sa.func.count()).where(PublishJob.campaign_id == campaign_id)) or 0


def waiting_outside(campaign_id: uuid.UUID, targets: Sequence[str]) -> dict[str, int]:
    """platform → records that wait there although `targets` leaves it out and no operator has let them pass."""
    if not targets:
        return {}
    passed = PublishJob.meta["off_target"].op("@>")(sa.func.to_jsonb(PublishRecord.platform))
    statement = _of_campaign(PublishRecord.platform, sa.func.count()).where(
        PublishJob.campaign_id == campaign_id,
        PublishRecord.platform.not_in(targets),
        sa.func.coalesce(passed, False).is_(False),
    )
    rows = db.session.execute(statement.group_by(PublishRecord.platform).order_by(PublishRecord.platform)).all()
    return {row[0]: row[1] for row in rows}


def barred_or_held() -> list[uuid.UUID]:
    """Campaigns that have posts waiting but do not run now, and those with a hold that may have to go."""
    barred = sa.or_(
        Campaign.status != "active", Campaign.start_time > app_now(), Campaign.end_time <= app_now()
    ) & Campaign.id.in_(_of_campaign(PublishJob.campaign_id).where(PublishJob.campaign_id.is_not(None)))
    held = sa.select(PublishHold.scope_id).where(
        PublishHold.scope == "campaign",
        PublishHold.reason.in_(("campaign_paused", "campaign_window")),
        PublishHold.released_at.is_(None),
    )
    odd = Campaign.status.not_in(("paused", "stopped")) & sa.cast(Campaign.id, sa.Text).in_(held)
    statement = sa.select(Campaign.id).where(sa.or_(barred, odd))
    return list(db.session.scalars(statement.order_by(Campaign.id)))
