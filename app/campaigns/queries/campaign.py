"""One campaign: its row, its content, and what publishing asks of it."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from app.campaigns.models import Campaign
from app.content.models import ContentItem
from app.core.db import app_now, database_now, db, find_row
from app.lib.errors import NotFound
from app.publishing.campaign_frame import Frame

MOST_CONTENT = 50


def by_id(campaign_id: uuid.UUID | str) -> Campaign:
    """The campaign. Raises NotFound."""
    campaign = find_row(Campaign, campaign_id)
    if campaign is None or campaign.deleted_at is not None:
        raise NotFound("There is no such campaign. It may have been removed.")
    return campaign


def content_of(campaign_id: uuid.UUID) -> list[ContentItem]:
    """Its content, last changed first."""
    statement = sa.select(ContentItem).where(ContentItem.campaign_id == campaign_id, ContentItem.deleted_at.is_(None))
    return list(db.session.scalars(statement.order_by(ContentItem.updated_at.desc()).limit(MOST_CONTENT)))


def count_planned(campaign_id: uuid.UUID) -> int:
    """How many of its items are approved and planned for a moment to come, and not scheduled."""
    mine = sa.and_(ContentItem.campaign_id == campaign_id, ContentItem.deleted_at.is_(None))
    waits = sa.and_(ContentItem.status == "approved", ContentItem.scheduled_for > app_now())
    has_accounts = sa.func.jsonb_array_length(ContentItem.planned_accounts) > 0
    return db.session.scalar(sa.select(sa.func.count()).where(mine, waits, has_accounts)) or 0


def why_outside(campaign: Campaign) -> str:
    """Why the clock keeps a running or paused campaign from sending; "" where it does not, or nothing would be sent anyway."""
    return frame_of(campaign).outside(database_now()) if campaign.status in ("active", "paused") else ""


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
