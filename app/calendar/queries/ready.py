"""What could be scheduled: approved content that is not on its way."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.content.models import ContentItem
from app.core.db import db
from app.publishing.models import PublishJob, PublishRecord


class Ready(NamedTuple):
    """An item that could be scheduled."""

    id: uuid.UUID
    title: str
    planned_platforms: list[str]
    scheduled_for: datetime | None


def ready_to_schedule(limit: int = 8) -> list[Ready]:
    """Approved, not on its way, and no failure to look at first; the newest approval first."""
    item = ContentItem
    records = sa.select(PublishRecord.id).join(PublishJob, PublishJob.id == PublishRecord.job_id)
    failed = records.where(PublishJob.content_id == item.id, PublishRecord.status == "failed").exists()
    statement = sa.select(item.id, item.title, item.planned_platforms, item.scheduled_for).where(
        item.status == "approved", item.open_records == 0, item.live_records == 0, item.deleted_at.is_(None), ~failed
    )
    rows = db.session.execute(statement.order_by(item.approved_at.desc().nulls_last()).limit(limit))
    return [Ready(*row) for row in rows]
