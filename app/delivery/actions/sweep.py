"""Sweeping: leases that ran out. Owner and token are cleared, so whoever comes late writes evidence only.

died in prepare     → back where it was claimed from, no retry used; the third such crash holds it
died in commit      → unknown, with the time of the first look
died in a look      → the same status, looked at again; the third time a person is asked
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.audit import actions as audit
from app.core.db import database_now, db
from app.delivery.actions.claim import LEASE_SECONDS
from app.delivery.actions.requeue import CRASHES
from app.platforms import registry
from app.publishing import reconcile
from app.publishing.actions.holds import hold
from app.publishing.actions.lease import release
from app.publishing.actions.rollups import derive
from app.publishing.actions.wake import wake
from app.publishing.models import OPEN, PublishHold, PublishJob, PublishRecord
from app.publishing.queries.last_call import last_call_at

AT_ONCE = 200
BACK_OFF = timedelta(minutes=1)
BEYOND = timedelta(seconds=2 * LEASE_SECONDS)
"""No lease taken now ends later than this (it must be longer than the longest lease)."""


def sweep(moment: datetime | None = None) -> dict[str, int]:
    """Take what has run out; returns how many of each kind. Idempotent, and safe beside a second sweeper.

    `moment` is the database's time, vouched for by the caller's watch (`clock_state.proven_now`): then a lease that ends
    later than one taken now could is from before the clock was put back, and has run out as well.
    """
    ends, now_ = PublishRecord.lease_expires_at, moment or database_now()
    run_out = ends <= now_ if moment is None else sa.or_(ends <= now_, ends > now_ + BEYOND)
    moment = now_
    rows = db.session.scalars(
        sa.select(PublishRecord)
        .where(PublishRecord.lease_owner.is_not(None), run_out)
        .order_by(PublishRecord.lease_expires_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    found = {"prepare": 0, "commit": 0, "look": 0}
    for row in rows:
        if row.status not in OPEN:  # a person has settled it by hand; nobody holds it any more, and it stays settled
            release(row)
            continue
        kind = row.step if row.step in found else "look"
        found[kind] += 1
        {"prepare": _in_prepare, "commit": _in_commit, "look": _in_lookup}[kind](row, moment)
    if rows:
        derive(*{row.job_id for row in rows})
        wake()
    return found


def _in_prepare(row: PublishRecord, moment: datetime) -> None:
    row.status, row.crash_count = row.claimed_from or "pending", row.crash_count + 1
    worker = row.lease_owner
    release(row)
    audit.record(
        "publishing.swept",
        row,
        label=row.label,
        severity="warning",
        status=["publishing", row.status],
        note=f"The worker {worker} died before anything was sent.",
    )
    if row.crash_count >= CRASHES:
        hold("record", row.id, "human", f"A worker died {row.crash_count} times while preparing it.")


def _in_commit(row: PublishRecord, moment: datetime) -> None:
    began = last_call_at(row.id) or moment
    row.status, row.unknown_since, row.was_unknown, row.look_count = "unknown", moment, True, 0
    row.error_type, row.error_code = "unknown", None
    row.error_message = "The worker died after it began to send. Whether it is out is being found out."
    row.next_retry_at = reconcile.first_lookup_at(reconcile.Case(registry.get(row.platform).spec, began), moment)
    release(row)
    audit.record(
        "publishing.unsure",
        row,
        label=row.label,
        severity="warning",
        success=False,
        error=row.error_message,
        status=["publishing", "unknown"],
    )


def _in_lookup(row: PublishRecord, moment: datetime) -> None:
    """Once more at once, then more and more patiently; the third death asks a person: a lookup that kills its worker each time would do so without end."""
    row.crash_count += 1
    asks = row.status == "unknown" and row.crash_count >= CRASHES
    row.next_retry_at = None if asks else moment + BACK_OFF * (row.crash_count - 1)
    release(row)
    if asks:
        note = f"A worker died {row.crash_count} times while looking for it."
        audit.record("publishing.asks", row, label=row.label, severity="warning", note=note)


def hold_rows_by_hand() -> int:
    """A record made by plain SQL, without a version or an account, is held and never sent."""
    bare = sa.or_(PublishJob.artifact_id.is_(None), PublishRecord.credential_id.is_(None))
    held = sa.exists().where(
        PublishHold.scope == "record",
        PublishHold.scope_id == sa.cast(PublishRecord.id, sa.Text),
        PublishHold.reason == "human",
        PublishHold.released_at.is_(None),
    )
    ids = db.session.scalars(
        sa.select(PublishRecord.id)
        .join(PublishJob, PublishJob.id == PublishRecord.job_id)
        .where(PublishRecord.status.in_(("pending", "retrying")), bare, ~held)
        .limit(AT_ONCE)
    ).all()
    for key in ids:
        hold("record", key, "human", "It was made by hand, without an approved version or an account.")
    return len(ids)
