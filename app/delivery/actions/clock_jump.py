"""The database's clock has jumped: say so once, and keep what waits from waiting as long as the clock went back."""

from __future__ import annotations

import logging
from datetime import timedelta

import sqlalchemy as sa

from app.audit import actions as audit
from app.core import clock_state
from app.core.clock_state import ClockState
from app.core.clock_watch import describe_jump
from app.core.db import db
from app.publishing.actions.wake import wake
from app.publishing.models import PublishRecord, RateWindow

log = logging.getLogger(__name__)


def record_jump() -> bool:
    """Write the last jump into the log and the audit, once for all processes. True: it was news."""
    found = db.session.scalar(
        sa.select(ClockState)
        .where(ClockState.told.is_(False))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None or found.moved_by is None or found.jumped_at is None:
        return False
    found.told = True
    until = clock_state.watch_ends_at(found, found.jumped_at)
    note = describe_jump(found.moved_by)
    log.warning("%s At %s; no post is tried a second time until %s.", note, found.jumped_at, until)
    audit.record(
        "publishing.clock_jumped",
        ("clock_state", "1"),
        label="The database's clock",
        severity="warning",
        note=note,
        clock=[str(found.jumped_from or ""), str(found.jumped_at)],
    )
    if found.moved_by < 0:
        _bring_forward(timedelta(seconds=found.moved_by), found)
    wake()
    return True


def _bring_forward(moved: timedelta, found: ClockState) -> None:
    """Retries, looks and limits were planned as so many seconds from then: seconds stay seconds. Due times are left alone,
    they are moments of the database's clock."""
    at = found.jumped_at
    db.session.execute(
        sa.update(PublishRecord)
        .where(
            PublishRecord.status.in_(("retrying", "unknown", "confirming")),
            PublishRecord.next_retry_at > at,
            PublishRecord.lease_owner.is_(None),
        )
        .values(next_retry_at=sa.func.greatest(PublishRecord.next_retry_at + moved, at)),
        execution_options={"synchronize_session": False},
    )
    db.session.execute(
        sa.update(RateWindow)
        .where(RateWindow.resets_at > at)
        .values(resets_at=sa.func.greatest(RateWindow.resets_at + moved, at)),
        execution_options={"synchronize_session": False},
    )
