"""What waits for each account: counted in one statement over the open and lately failed records."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.core.db import db, now_once
from app.lib import clock
from app.publishing.models import OPEN, PublishRecord

FAILED_SINCE = timedelta(days=7)


class Waiting(NamedTuple):
    """Records of one account: open, of these due already, unknown; and failed in the last seven days."""

    open: int = 0
    due: int = 0
    unknown: int = 0
    failed: int = 0
    next_due: datetime | None = None


def waiting_by_account() -> dict[uuid.UUID, Waiting]:
    """Accounts with nothing to say are missing."""
    record = PublishRecord
    is_open = record.status.in_(OPEN)
    waits = record.status.in_(("pending", "retrying"))
    failed = sa.and_(record.status == "failed", record.dead_letter_at > clock.now() - FAILED_SINCE)
    statement = (
        sa.select(
            record.credential_id,
            sa.func.count().filter(is_open),
            sa.func.count().filter(waits, record.due_at <= now_once()),
            sa.func.count().filter(record.status == "unknown"),
            sa.func.count().filter(failed),
            sa.func.min(record.due_at).filter(waits),
        )
        .where(record.credential_id.is_not(None), sa.or_(is_open, failed))
        .group_by(record.credential_id)
    )
    rows: Any = db.session.execute(statement)
    return {row[0]: Waiting(*row[1:]) for row in rows}
