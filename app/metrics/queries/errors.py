"""What went wrong, by its kind."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.core.db import db
from app.metrics.queries.settled import R, RecordFilter
from app.publishing.models import PublishAttempt


class ErrorCount(NamedTuple):
    """A kind of error: records that were given up, attempts that ended so."""

    kind: str
    given_up: int
    attempts: int


def errors(first: datetime, chosen: RecordFilter = RecordFilter()) -> list[ErrorCount]:
    """The errors since `first`, most given up first."""
    given_up = chosen.apply(
        sa.select(sa.func.coalesce(R.error_type, "unknown").label("kind"), sa.literal(1).label("up"), sa.literal(0).label("tried"))
        .where(R.status == "failed", R.dead_letter_at >= first)
    )  # fmt: skip
    tried = sa.select(sa.func.coalesce(PublishAttempt.error_type, "unknown"), sa.literal(0), sa.literal(1)).where(
        PublishAttempt.started_at >= first, PublishAttempt.outcome.in_(("no", "unknown"))
    )
    if chosen.campaign:
        tried = chosen.apply(tried.join(R, R.id == PublishAttempt.record_id))
    elif chosen.platform:  # looked up for each that failed: a join would read all records of the platform
        own = sa.select(R.platform).where(R.id == PublishAttempt.record_id).scalar_subquery()
        tried = tried.where(own == chosen.platform)
    both = sa.union_all(given_up, tried).subquery()
    up, attempts = sa.func.sum(both.c.up).label("given_up"), sa.func.sum(both.c.tried).label("attempts")
    statement = sa.select(both.c.kind, up, attempts).group_by(both.c.kind).order_by(up.desc(), attempts.desc())
    return [ErrorCount(*row) for row in db.session.execute(statement)]
