"""What was settled on each day: past days as the job added them up, the rest counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.core.db import db
from app.metrics.models import PublishDay
from app.metrics.queries.settled import IS_SETTLED, LEAD, SETTLED_AT, R, RecordFilter


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the reader's zone: successes, failures, and due → live in seconds (median, 95th of 100)."""

    day: date
    ok: int
    failed: int
    p50: float | None
    p95: float | None


def by_day(first: datetime, zone: str, chosen: RecordFilter = RecordFilter()) -> list[Day]:
    """Days since `first` on which something was settled, oldest first, in the reader's zone: past days as they were added up
    (metrics/actions.py), the rest, and what a campaign has, counted from the records."""
    stored = [] if chosen.campaign else _stored_days(first, zone, chosen.platform)
    if stored:
        following = datetime.combine(stored[-1].day + timedelta(days=1), time(), ZoneInfo(zone))
        first = max(first, following.astimezone(UTC))
    counted = db.session.execute(_select_days(first, zone, chosen).group_by("day").order_by("day"))
    return [*(day for day in stored if day.ok or day.failed), *(Day(*row) for row in counted)]


def _stored_days(first: datetime, zone: str, platform: str) -> list[Day]:
    """What was added up, with days of nothing; [] where it does not reach back so far, or has not been done lately."""
    day = PublishDay
    begins = first.astimezone(ZoneInfo(zone))
    if begins.time() != time():
        return []
    every = sa.orm.aliased(day)
    own = sa.and_(day.zone == every.zone, day.day == every.day, day.platform == platform)
    ok, failed = sa.func.coalesce(day.ok, 0), sa.func.coalesce(day.failed, 0)
    rows = sa.select(every.day, ok, failed, day.p50, day.p95).outerjoin(day, own)
    rows = rows.where(every.zone == zone, every.platform == "", every.day >= begins.date()).order_by(every.day)
    stored = [Day(*row) for row in db.session.execute(rows)]
    return stored if stored and stored[0].day == begins.date() else []


def _select_days(first: datetime, zone: str, chosen: RecordFilter, *also: Any) -> sa.Select[*tuple[Any, ...]]:
    """Each day since `first` with the columns of `Day`, and `also` behind its date."""
    ok = R.status == "success"
    return chosen.apply(
        sa.select(
            sa.cast(sa.func.timezone(zone, SETTLED_AT), sa.Date).label("day"),
            *also,
            sa.func.count().filter(ok).label("ok"),
            sa.func.count().filter(~ok).label("failed"),
            sa.func.percentile_cont(0.5).within_group(LEAD).filter(ok).label("p50"),
            sa.func.percentile_cont(0.95).within_group(LEAD).filter(ok).label("p95"),
        ).where(IS_SETTLED, first <= SETTLED_AT)
    )


def select_days_by_platform(first: datetime, zone: str) -> sa.Select[*tuple[Any, ...]]:
    """The same for each platform and for all (""), as a statement: for the job that adds up."""
    counted = _select_days(first, zone, RecordFilter(), sa.func.coalesce(R.platform, "").label("platform"))
    day: Any = sa.literal_column("day")
    return counted.group_by(sa.func.grouping_sets(sa.tuple_(day, R.platform), sa.tuple_(day)))
