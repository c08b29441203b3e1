"""How long it takes from due to live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.db import app_now, db
from app.metrics.models import PublishSpan
from app.metrics.queries.settled import LEAD, SETTLED_AT, R, RecordFilter

SPANS = (7, 14, 30, 90)
"""Days that the page can show."""


@dataclass(frozen=True, slots=True)
class LeadTime:
    """Seconds from due to live on one platform, "" for all: how many posts, median, 95th of 100, longest."""

    platform: str
    count: int
    p50: float
    p95: float
    longest: float


def leads(first: datetime, chosen: RecordFilter = RecordFilter(), zone: str = "", days: int = 0) -> list[LeadTime]:
    """Lead times by platform, the row of all first; none where nothing was published: as it was added up for the `days`
    days until today, where they are given and it was; else counted."""
    rows = _stored_leads(zone, days, chosen.platform) if days and not chosen.campaign else None
    if rows is None:
        rows = [LeadTime(*row) for row in db.session.execute(select_leads(first, chosen))]
    return sorted(rows, key=lambda row: (row.platform != "", row.platform)) if rows and rows[0].count else []


def select_leads(first: datetime, chosen: RecordFilter) -> sa.Select[*tuple[Any, ...]]:
    """The statement of `leads`."""
    statement = chosen.apply(
        sa.select(
            sa.func.coalesce(R.platform, "").label("platform"),
            sa.func.count().label("count"),
            sa.func.percentile_cont(0.5).within_group(LEAD).label("p50"),
            sa.func.percentile_cont(0.95).within_group(LEAD).label("p95"),
            sa.func.max(LEAD).label("longest"),
        ).where(R.status == "success", first <= SETTLED_AT)
    )
    return statement.group_by(sa.func.rollup(R.platform))


def _stored_leads(zone: str, days: int, platform: str) -> list[LeadTime] | None:
    """None where the job has not been there today. One platform is all there is, so its row stands for all, too."""
    span = PublishSpan
    numbers = (span.ok.label("count"), span.p50, span.p95, span.longest)
    mine = (span.zone == zone, span.days == days, span.last == sa.cast(sa.func.timezone(zone, app_now()), sa.Date))
    stored: sa.Executable = sa.select(span.platform, *numbers).where(*mine)
    if platform:
        own = sa.select(span.platform, *numbers).where(*mine, span.platform == platform)
        every = sa.select(sa.literal("").label("platform"), *numbers).where(*mine, span.platform == platform)
        stored = sa.union_all(own, every)
    return [LeadTime(*row) for row in db.session.execute(stored)] or None
