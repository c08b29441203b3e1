"""The publish records of a campaign: results, what is open, what waits, what is late."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.campaigns.models import Campaign
from app.core.db import app_now, db
from app.publishing.models import OPEN, PublishHold, PublishJob, PublishRecord
from app.publishing.pages.badges import WAITING

MOST_LATE = 500


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
    statement = sa.select(sa.func.count()).select_from(PublishRecord)
    statement = statement.join(PublishJob, PublishJob.id == PublishRecord.job_id)
    return (
        db.session.scalar(statement.where(PublishJob.campaign_id == campaign_id, PublishRecord.status.in_(OPEN))) or 0
    )


def _select_waiting(*columns: Any) -> sa.Select[*tuple[Any, ...]]:
    jobs = sa.select(*columns).select_from(PublishRecord).join(PublishJob, PublishJob.id == PublishRecord.job_id)
    return jobs.where(PublishRecord.status.in_(WAITING))


def waiting_count(campaign_id: uuid.UUID) -> int:
    """How many of its records wait to be sent."""
    return db.session.scalar(_select_waiting(sa.func.count()).where(PublishJob.campaign_id == campaign_id)) or 0


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
    return list(db.session.scalars(statement.order_by(PublishRecord.due_at, PublishRecord.id).limit(MOST_LATE)))


def waiting_outside(campaign_id: uuid.UUID, targets: Sequence[str]) -> dict[str, int]:
    """platform → records that wait there although `targets` leaves it out and no operator has let them pass."""
    if not targets:
        return {}
    passed = PublishJob.meta["off_target"].op("@>")(sa.func.to_jsonb(PublishRecord.platform))
    statement = _select_waiting(PublishRecord.platform, sa.func.count()).where(
        PublishJob.campaign_id == campaign_id,
        PublishRecord.platform.not_in(targets),
        sa.func.coalesce(passed, False).is_(False),
    )
    rows = db.session.execute(statement.group_by(PublishRecord.platform).order_by(PublishRecord.platform)).all()
    return {row[0]: row[1] for row in rows}


def ids_with_holds_to_change() -> list[uuid.UUID]:
    """Campaigns that have posts waiting but do not run now, and those with a hold that may have to go."""
    barred = sa.or_(
        Campaign.status != "active", Campaign.start_time > app_now(), Campaign.end_time <= app_now()
    ) & Campaign.id.in_(_select_waiting(PublishJob.campaign_id).where(PublishJob.campaign_id.is_not(None)))
    held = sa.select(PublishHold.scope_id).where(
        PublishHold.scope == "campaign",
        PublishHold.reason.in_(("campaign_paused", "campaign_window")),
        PublishHold.released_at.is_(None),
    )
    needless = Campaign.status.not_in(("paused", "stopped")) & sa.cast(Campaign.id, sa.Text).in_(held)
    statement = sa.select(Campaign.id).where(sa.or_(barred, needless))
    return list(db.session.scalars(statement.order_by(Campaign.id)))
