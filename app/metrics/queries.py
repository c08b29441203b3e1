"""How publishing goes. Every number is counted from records by the moment they were *settled*
(docs/data-model.md, last paragraph): success at `published_at`, failure at `dead_letter_at`. Unknown records are counted as they stand now."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.core.db import app_now, db
from app.lib import clock
from app.metrics.models import PublishDay, PublishSpan
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
            # as an expression: days are looked up by their index; that of platforms would add all rows of a platform
            statement = statement.where(R.platform.op("||")("") == self.platform)
        if self.campaign:
            jobs = sa.select(PublishJob.id).where(PublishJob.campaign_id == uuid.UUID(self.campaign))
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
    """The success rate, in percent with one decimal."""
    return round(100 * ok / (ok + failed), 1) if ok + failed else None


def rates(narrow: Narrow = Narrow()) -> list[Rate]:
    """One row per platform, and first the row of all ("" as platform)."""
    day, week = clock.now() - timedelta(hours=24), clock.now() - timedelta(days=7)
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


SPANS = (7, 14, 30, 90)
"""Days that the page can show."""


def by_day(first: datetime, zone: str, narrow: Narrow = Narrow()) -> list[Day]:
    """Days since `first` on which something was settled, oldest first, in the reader's zone: past days as they were added up
    (metrics/actions.py), the rest, and what a campaign has, counted from the records."""
    past = [] if narrow.campaign else _past(first, zone, narrow.platform)
    if past:
        following = datetime.combine(past[-1].day + timedelta(days=1), time(), ZoneInfo(zone))
        first = max(first, following.astimezone(UTC))
    counted = db.session.execute(_counted(first, zone, narrow).group_by("day").order_by("day"))
    return [*(day for day in past if day.ok or day.failed), *(Day(*row) for row in counted)]


def _past(first: datetime, zone: str, platform: str) -> list[Day]:
    """What was added up, with days of nothing; [] where it does not reach back so far, or has not been done lately."""
    day = PublishDay
    begins = first.astimezone(ZoneInfo(zone))
    if begins.time() != time():
        return []
    every = sa.orm.aliased(day)
    own = sa.and_(day.zone == every.zone, day.day == every.day, day.platform == platform)
    counts = [sa.func.coalesce(column, 0) for column in (day.ok, day.failed)]
    rows = sa.select(every.day, *counts, day.p50, day.p95).outerjoin(day, own)
    rows = rows.where(every.zone == zone, every.platform == "", every.day >= begins.date()).order_by(every.day)
    found = [Day(*row) for row in db.session.execute(rows)]
    return found if found and found[0].day == begins.date() else []


def _counted(first: datetime, zone: str, narrow: Narrow, *also: Any) -> sa.Select[Any]:
    ok = R.status == "success"
    made: sa.Select[Any] = narrow.of(
        sa.select(
            sa.cast(sa.func.timezone(zone, SETTLED_AT), sa.Date).label("day"),
            *also,
            sa.func.count().filter(ok).label("ok"),
            sa.func.count().filter(~ok).label("failed"),
            sa.func.percentile_cont(0.5).within_group(LEAD).filter(ok).label("p50"),
            sa.func.percentile_cont(0.95).within_group(LEAD).filter(ok).label("p95"),
        ).where(IS_SETTLED, first <= SETTLED_AT)
    )
    return made


def by_platform(first: datetime, zone: str) -> sa.Select[Any]:
    """The same for each platform and for all (""), as a statement: for the job that adds up."""
    counted = _counted(first, zone, Narrow(), sa.func.coalesce(R.platform, "").label("platform"))
    day: Any = sa.literal_column("day")
    return counted.group_by(sa.func.grouping_sets(sa.tuple_(day, R.platform), sa.tuple_(day)))


def leads(first: datetime, narrow: Narrow = Narrow(), zone: str = "", days: int = 0) -> list[Any]:
    """(platform, how many, p50, p95, longest) in seconds from due to live, "" first for all: as it was added up for the `days`
    days until today, where they are given and it was; else counted."""
    rows = _added_up(zone, days, narrow.platform) if days and not narrow.campaign else None
    if rows is None:
        rows = db.session.execute(leads_of(first, narrow)).all()
    return sorted(rows, key=lambda row: (row.platform != "", row.platform)) if rows and rows[0].count else []


def leads_of(first: datetime, narrow: Narrow) -> sa.Select[Any]:
    """The statement of `leads`."""
    statement = narrow.of(
        sa.select(
            sa.func.coalesce(R.platform, "").label("platform"),
            sa.func.count().label("count"),
            sa.func.percentile_cont(0.5).within_group(LEAD).label("p50"),
            sa.func.percentile_cont(0.95).within_group(LEAD).label("p95"),
            sa.func.max(LEAD).label("longest"),
        ).where(R.status == "success", first <= SETTLED_AT)
    )
    made: sa.Select[Any] = statement.group_by(sa.func.rollup(R.platform))
    return made


def _added_up(zone: str, days: int, platform: str) -> Sequence[Any] | None:
    """None where the job has not been there today. One platform is all there is, so its row stands for all, too."""
    span = PublishSpan
    shown = [span.platform, span.ok.label("count"), span.p50, span.p95, span.longest]
    mine = (span.zone == zone, span.days == days, span.last == sa.cast(sa.func.timezone(zone, app_now()), sa.Date))
    if not platform:
        found = db.session.execute(sa.select(*shown).where(*mine)).all()
        return found or None
    own = sa.select(*shown).where(*mine, span.platform == platform)
    all_of_it = sa.select(sa.literal("").label("platform"), *shown[1:]).where(*mine, span.platform == platform)
    return db.session.execute(sa.union_all(own, all_of_it)).all() or None


def errors(first: datetime, narrow: Narrow = Narrow()) -> list[Any]:
    """(error_type, records given up, attempts that ended so), most given up first."""
    given_up = narrow.of(
        sa.select(sa.func.coalesce(R.error_type, "unknown").label("kind"), sa.literal(1).label("up"), sa.literal(0).label("tried"))
        .where(R.status == "failed", R.dead_letter_at >= first)
    )  # fmt: skip
    tried = sa.select(sa.func.coalesce(PublishAttempt.error_type, "unknown"), sa.literal(0), sa.literal(1)).where(
        PublishAttempt.started_at >= first, PublishAttempt.outcome.in_(("no", "unknown"))
    )
    if narrow.campaign:
        tried = narrow.of(tried.join(R, R.id == PublishAttempt.record_id))
    elif narrow.platform:  # looked up for each that failed: a join would read all records of the platform
        own = sa.select(R.platform).where(R.id == PublishAttempt.record_id).scalar_subquery()
        tried = tried.where(own == narrow.platform)
    both = sa.union_all(given_up, tried).subquery()
    up, attempts = sa.func.sum(both.c.up).label("given_up"), sa.func.sum(both.c.tried).label("attempts")
    statement = sa.select(both.c.kind, up, attempts).group_by(both.c.kind).order_by(up.desc(), attempts.desc())
    return list(db.session.execute(statement).all())
