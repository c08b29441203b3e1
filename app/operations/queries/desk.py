"""Facts of the whole desk in few statements: the badges, two weeks of work, active campaigns."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.campaigns.models import Campaign
from app.content.models import ContentItem
from app.core.db import db
from app.metrics.queries import Day
from app.metrics.queries import settled_by_day as by_day
from app.operations.models import Notice
from app.publishing.queries.listed import asking
from app.reviews.models import ApprovalRequest
from app.vault.models import PlatformCredential as Account


class Badges(NamedTuple):
    """What the side bar counts, beside the reviews."""

    records: int
    accounts: int
    notices: int


def badges(user_id: uuid.UUID) -> Badges:
    """Records that need action (up to the list's cap), accounts that do not work, unread notices: one statement."""
    down = sa.select(sa.func.count()).select_from(Account)
    down = down.where(Account.deleted_at.is_(None), Account.status.in_(("expired", "invalid")))
    unread = sa.select(sa.func.count()).select_from(Notice).where(Notice.user_id == user_id, Notice.read_at.is_(None))
    counts = (asking(), down, unread)
    return Badges(*db.session.execute(sa.select(*(one.scalar_subquery() for one in counts))).one())


def two_weeks(first: datetime, zone: str) -> tuple[list[Day], dict[date, float]]:
    """What was settled per day since `first`, and the median seconds from asking to the approval per day: one statement."""
    none = sa.null()
    settled = by_day(first, zone).subquery()
    approved = _review_times(first, zone).subquery()
    both = sa.union_all(
        sa.select(
            settled.c.day,
            settled.c.ok,
            settled.c.failed,
            settled.c.p50,
            settled.c.p95,
            sa.cast(none, sa.Float).label("waited"),
        ),
        sa.select(approved.c.day, none, none, none, none, approved.c.median),
    )
    rows = db.session.execute(both).all()
    waited = {row.day: float(row.waited) for row in rows if row.waited is not None}
    return [Day(row.day, row.ok, row.failed, row.p50, row.p95) for row in rows if row.ok is not None], waited


def _review_times(first: datetime, zone: str) -> sa.Select[Any]:
    request = ApprovalRequest
    day = sa.cast(sa.func.timezone(zone, request.approved_at), sa.Date)
    waited = sa.extract("epoch", request.approved_at - request.requested_at)
    middle = sa.func.percentile_cont(0.5).within_group(waited).label("median")
    return (
        sa.select(day.label("day"), middle)
        .where(request.status == "approved", request.approved_at >= first)
        .group_by("day")
    )


def active_campaigns(limit: int = 5) -> list[Any]:
    """(id, name, target_platforms, end_time, live, total) of running campaigns, the one that ends first on top."""
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
    ).where(Campaign.shows("active"), Campaign.deleted_at.is_(None))
    return list(
        db.session.execute(statement.order_by(Campaign.end_time.nulls_last(), Campaign.name).limit(limit)).all()
    )
