"""How publishing goes. Every number is counted from records by the moment they were *settled* (data-model.md, "Where the
specs err"): success at `published_at`, failure at `dead_letter_at`. Unknown records are counted as they stand now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.core.db import app_now, db
from app.publishing.models import PublishAttempt, PublishJob, PublishRecord

R = PublishRecord
SETTLED_AT = sa.func.coalesce(R.published_at, R.dead_letter_at)
IS_SETTLED = R.status.in_(("success", "failed"))
LEAD = sa.extract("epoch", R.published_at - R.due_at)


@dataclass(frozen=True, slots=True)
class Narrow:
    """What the page is narrowed to; empty: everything."""

    platform: str = ""
    campaign: str = ""

    def of(self, statement: Any) -> Any:
        """The statement with the conditions added."""
        if self.platform:
            statement = statement.where(R.platform == self.platform)
        if self.campaign:
            jobs = sa.select(PublishJob.id).where(sa.cast(PublishJob.campaign_id, sa.Text) == self.campaign)
            statement = statement.where(R.job_id.in_(jobs))
        return statement


@dataclass(frozen=True, slots=True)
class Rate:
    """Settled records of one platform ("" for all) in 24 hours and 7 days, and the unknown ones of now."""

    platform: str
    ok_day: int
    failed_day: int
    ok_week: int
    failed_week: int
    unknown: int

    @property
    def day(self) -> float | None:
        """Percent of the settled that succeeded; None when nothing was settled."""
        return share(self.ok_day, self.failed_day)

    @property
    def week(self) -> float | None:
        return share(self.ok_week, self.failed_week)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the reader's zone: successes, failures, and due → live in seconds (median, 95th of 100)."""

    day: date
    ok: int
    failed: int
    p50: float | None
    p95: float | None


def share(ok: int, failed: int) -> float | None:
    """A's success rate, in percent with one decimal."""
    return round(100 * ok / (ok + failed), 1) if ok + failed else None


def rates(narrow: Narrow = Narrow()) -> list[Rate]:
    """One row per platform, and first the row of all ("" as platform)."""
    day, week = app_now() - timedelta(hours=24), app_now() - timedelta(days=7)
    ok, failed = R.status == "success", R.status == "failed"

    def count(*conditions: Any) -> Any:
        return sa.func.count().filter(*conditions)

    statement = narrow.of(
        sa.select(
            sa.func.coalesce(R.platform, ""),
            count(ok, day <= SETTLED_AT), count(failed, day <= SETTLED_AT),
            count(ok), count(failed), count(R.status == "unknown"),
        ).where(sa.or_(sa.and_(IS_SETTLED, week <= SETTLED_AT), R.status == "unknown"))
    )  # fmt: skip
    rows = db.session.execute(statement.group_by(sa.func.rollup(R.platform))).all()
    found = [Rate(*row) for row in rows]
    return sorted(found, key=lambda rate: (rate.platform != "", rate.platform)) or [Rate("", 0, 0, 0, 0, 0)]


def settled_by_day(first: datetime, zone: str, narrow: Narrow = Narrow()) -> sa.Select[Any]:
    """The statement of `by_day`, for whoever joins it with more."""
    ok = R.status == "success"
    made: sa.Select[Any] = narrow.of(
        sa.select(
            sa.cast(sa.func.timezone(zone, SETTLED_AT), sa.Date).label("day"),
            sa.func.count().filter(ok).label("ok"),
            sa.func.count().filter(~ok).label("failed"),
            sa.func.percentile_cont(0.5).within_group(LEAD).filter(ok).label("p50"),
            sa.func.percentile_cont(0.95).within_group(LEAD).filter(ok).label("p95"),
        )
        .where(IS_SETTLED, first <= SETTLED_AT)
        .group_by("day")
    )
    return made


def by_day(first: datetime, zone: str, narrow: Narrow = Narrow()) -> list[Day]:
    """Days since `first` on which something was settled, oldest first, in the reader's zone."""
    return [Day(*row) for row in db.session.execute(settled_by_day(first, zone, narrow).order_by("day"))]


def leads(first: datetime, narrow: Narrow = Narrow()) -> list[Any]:
    """(platform, how many, p50, p95, longest) in seconds from due to live, "" first for all."""
    statement = narrow.of(
        sa.select(
            sa.func.coalesce(R.platform, "").label("platform"),
            sa.func.count().label("count"),
            sa.func.percentile_cont(0.5).within_group(LEAD).label("p50"),
            sa.func.percentile_cont(0.95).within_group(LEAD).label("p95"),
            sa.func.max(LEAD).label("longest"),
        ).where(R.status == "success", first <= SETTLED_AT)
    )
    rows: Sequence[Any] = db.session.execute(statement.group_by(sa.func.rollup(R.platform))).all()
    return sorted(rows, key=lambda row: (row.platform != "", row.platform)) if rows and rows[0].count else []


def errors(first: datetime, narrow: Narrow = Narrow()) -> list[Any]:
    """(error_type, records given up, attempts that ended so), most given up first."""
    given_up = narrow.of(
        sa.select(sa.func.coalesce(R.error_type, "unknown").label("kind"), sa.literal(1).label("up"), sa.literal(0).label("tried"))
        .where(R.status == "failed", first <= SETTLED_AT)
    )  # fmt: skip
    tried = narrow.of(
        sa.select(sa.func.coalesce(PublishAttempt.error_type, "unknown"), sa.literal(0), sa.literal(1))
        .join(R, R.id == PublishAttempt.record_id)
        .where(PublishAttempt.started_at >= first, PublishAttempt.outcome.in_(("no", "unknown")))
    )
    both = sa.union_all(given_up, tried).subquery()
    up, attempts = sa.func.sum(both.c.up).label("given_up"), sa.func.sum(both.c.tried).label("attempts")
    statement = sa.select(both.c.kind, up, attempts).group_by(both.c.kind).order_by(up.desc(), attempts.desc())
    return list(db.session.execute(statement).all())
