"""Facts of the whole desk in few statements: the badges, active campaigns."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.accounts.models import Account
from app.campaigns.models import Campaign
from app.content.models import ContentItem
from app.core.db import db
from app.notifications.models import Notification
from app.publishing.queries.records import needs_action_count
from app.reviews.queries import select_queue_length
from app.staff.person import Person


class Badges(NamedTuple):
    """What the side bar counts."""

    reviews: int
    records: int
    accounts: int
    notices: int


def badges(user: Person) -> Badges:
    """Reviews that wait for the person, records that need action (up to the list's cap), accounts that do not work, unread
    notices: one statement."""
    down = sa.select(sa.func.count()).select_from(Account)
    down = down.where(Account.deleted_at.is_(None), Account.status.in_(("expired", "invalid")))
    unread = (
        sa.select(sa.func.count())
        .select_from(Notification)
        .where(Notification.user_id == user.id, Notification.read_at.is_(None))
    )
    counts = (select_queue_length(), needs_action_count(), down, unread)
    return Badges(*db.session.execute(sa.select(*(count.scalar_subquery() for count in counts))).one())


def badges_if_possible(user: Person) -> Badges | None:
    """The same for a page that tells of a fault: nothing of a broken transaction is written by it, and no answer is no fault."""
    try:
        with db.session.no_autoflush:
            return badges(user)
    except sa.exc.SQLAlchemyError:
        return None


class ActiveCampaign(NamedTuple):
    """A running campaign; of `total` items so many are `live`."""

    id: uuid.UUID
    name: str
    target_platforms: list[str]
    end_time: datetime | None
    live: int
    total: int


def active_campaigns(limit: int = 5) -> list[ActiveCampaign]:
    """Running campaigns, the one that ends first on top."""
    item = ContentItem
    own = sa.and_(
        item.campaign_id == Campaign.id, item.deleted_at.is_(None), item.status.not_in(("archived", "cancelled"))
    )
    total = sa.select(sa.func.count()).where(own).correlate(Campaign).scalar_subquery()
    live = sa.select(sa.func.count()).where(own, item.live_records > 0).correlate(Campaign).scalar_subquery()
    statement = sa.select(
        Campaign.id,
        Campaign.name,
        Campaign.target_platforms,
        Campaign.end_time,
        live.label("live"),
        total.label("total"),
    ).where(Campaign.has_display_status("active"), Campaign.deleted_at.is_(None))
    rows = db.session.execute(statement.order_by(Campaign.end_time.nulls_last(), Campaign.name).limit(limit))
    return [ActiveCampaign(*row) for row in rows]
