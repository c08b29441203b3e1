"""The list of campaigns, and the menu of those that content can belong to."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from app.campaigns.models import CAMPAIGN, ENDED, Campaign
from app.content.models import ContentItem
from app.core.db import app_now, db
from app.core.listing import Choice, Listing
from app.platforms import registry

MOST_CHOICES = 200


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A line of the list: the campaign, how many items it has, how many posts are live and on the way."""

    campaign: Campaign
    items: int
    live: int
    open: int


def _select() -> sa.Select[Campaign]:
    return sa.select(Campaign).where(Campaign.deleted_at.is_(None))


def _has_platform(slug: str) -> sa.ColumnElement[bool]:
    return Campaign.target_platforms.op("@>")(sa.cast([slug], JSONB))


def platform_choices() -> list[tuple[str, str]]:
    """Slug and name of every platform."""
    return [(c.spec.slug, c.spec.name) for c in registry.all()]


CAMPAIGNS = Listing(
    select=_select,
    search=[Campaign.name, Campaign.goal],
    filters={
        "status": Choice(
            Campaign.has_display_status, tuple((s, s.capitalize()) for s in (*CAMPAIGN.states, ENDED)), "Status"
        ),
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


def with_counts(campaigns: Sequence[Campaign]) -> list[CampaignRow]:
    """The campaigns of a page with what belongs to them, in one statement."""
    ids = [c.id for c in campaigns]
    item = ContentItem
    counted = (
        sa.select(item.campaign_id, sa.func.count(), sa.func.sum(item.live_records), sa.func.sum(item.open_records))
        .where(item.campaign_id.in_(ids), item.deleted_at.is_(None))
        .group_by(item.campaign_id)
    )
    rows = db.session.execute(counted).all() if ids else []
    counts = {key: (items, live, is_open) for key, items, live, is_open in rows}
    return [CampaignRow(campaign, *counts.get(campaign.id, (0, 0, 0))) for campaign in campaigns]


def choices(chosen: uuid.UUID | str | None = None) -> list[tuple[str, str]]:
    """Campaigns that content can belong to, for a select, by name: id and name. Always with the one that is `chosen`.

    Of very many, those that run come first, then those that are planned or pause, then those that are over; of each the
    last changed. One that is not offered is chosen by a link with its id.
    """
    can_take = Campaign.status.in_(("draft", "active", "paused"))
    is_chosen = sa.cast(Campaign.id, sa.Text) == str(chosen or "")
    is_over = sa.func.coalesce(Campaign.end_time <= app_now(), False)
    rank = sa.case((is_chosen, 0), (is_over, 3), (Campaign.status == "active", 1), else_=2)
    first = sa.select(Campaign.id, Campaign.name).where(Campaign.deleted_at.is_(None), sa.or_(can_take, is_chosen))
    page = first.order_by(rank, Campaign.updated_at.desc(), Campaign.id).limit(MOST_CHOICES).subquery()
    rows = db.session.execute(sa.select(page).order_by(sa.func.lower(page.c.name), page.c.id)).all()
    return [(str(key), name) for key, name in rows]
