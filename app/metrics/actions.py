"""Adds up what was settled, by day and by span, for each time zone that people of the desk read in.

All 90 days are counted anew each time: a record of last week that is sent again today leaves last week's failures.
In: records. Out: rows of `publish_days` and `publish_spans`. Errors: none.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.core.db import db
from app.core.locks import advisory
from app.lib import clock
from app.metrics.models import PublishDay, PublishSpan
from app.metrics.queries import SPANS, RecordFilter, select_days_by_platform, select_leads
from app.staff.models import User

LONGEST = max(SPANS)


def zones() -> list[str]:
    """The time zones of active people, and UTC."""
    chosen = sa.func.coalesce(User.preferences["timezone"].astext, "UTC")
    found = set(db.session.scalars(sa.select(chosen).where(User.is_active).distinct()))
    return sorted({"UTC", *(name for name in found if _is_known(name))})


def _is_known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError):
        return False
    return True


def add_up(zone: str) -> None:
    """Write the days before today and the spans that end today, in that zone."""
    advisory(f"metrics.add_up:{zone}")
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    _days(zone, today)
    for days in SPANS:
        _span(zone, days, today)


def _days(zone: str, today: date) -> None:
    first = today - timedelta(days=LONGEST)
    found = {
        (row.day, row.platform): row
        for row in db.session.execute(select_days_by_platform(_midnight(first, zone), zone))
    }
    db.session.execute(sa.delete(PublishDay).where(PublishDay.zone == zone))
    every = [(first + timedelta(days=n), "") for n in range(LONGEST)]
    for day, platform in dict.fromkeys([*every, *(key for key in found if key[0] < today)]):
        row = found.get((day, platform))
        facts = (row.ok, row.failed, row.p50, row.p95) if row else (0, 0, None, None)
        values = dict(zip(("ok", "failed", "p50", "p95"), facts, strict=True))
        db.session.add(PublishDay(zone=zone, day=day, platform=platform, **values))


def _span(zone: str, days: int, today: date) -> None:
    first = _midnight(today - timedelta(days=days - 1), zone)
    db.session.execute(sa.delete(PublishSpan).where(PublishSpan.zone == zone, PublishSpan.days == days))
    for row in db.session.execute(select_leads(first, RecordFilter())):
        values = {"ok": row.count, "p50": row.p50, "p95": row.p95, "longest": row.longest}
        db.session.add(PublishSpan(zone=zone, days=days, platform=row.platform, last=today, **values))


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
