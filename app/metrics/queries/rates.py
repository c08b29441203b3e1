"""Success rates of 24 hours and 7 days. Unknown records are counted as they stand now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from app.core.db import db
from app.lib import clock
from app.metrics.queries.settled import IS_SETTLED, SETTLED_AT, R, RecordFilter


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
        """The same of 7 days."""
        return share(self.ok_week, self.failed_week)


def share(ok: int, failed: int) -> float | None:
    """The success rate in percent, with one decimal; None when nothing was settled."""
    return round(100 * ok / (ok + failed), 1) if ok + failed else None


def rates(chosen: RecordFilter = RecordFilter()) -> list[Rate]:
    """One row per platform, and first the row of all ("" as platform)."""
    day, week = clock.now() - timedelta(hours=24), clock.now() - timedelta(days=7)
    ok, failed = R.status == "success", R.status == "failed"

    def count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count().filter(*conditions)

    statement = chosen.apply(
        sa.select(
            sa.func.coalesce(R.platform, ""),
            count(ok, day <= SETTLED_AT), count(failed, day <= SETTLED_AT),
            count(ok), count(failed), count(R.status == "unknown"),
        ).where(sa.or_(sa.and_(IS_SETTLED, week <= SETTLED_AT), R.status == "unknown"))
    )  # fmt: skip
    rows = db.session.execute(statement.group_by(sa.func.rollup(R.platform))).all()
    found = [Rate(*row) for row in rows]
    return sorted(found, key=lambda rate: (rate.platform != "", rate.platform)) or [Rate("", 0, 0, 0, 0, 0)]
