"""What must never be true, watched instead of believed. Each find is a hold "invariant": on Home, in `doctor`, on the record.

two posts of one record          two answers say yes and name different posts; or a list shows a second one (`delivery/duplicates.py`)
one post of two records          the platform named a post that another record of the account has
a record that turns in circles   claimed more than `MOST_CLAIMS` times in a minute
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.audit import actions as audit
from app.core.db import app_now, db
from app.publishing.actions.holds import hold
from app.publishing.actions.lease import release
from app.publishing.actions.rollups import derive
from app.publishing.models import PublishAttempt, PublishHold, PublishRecord

MOST_CLAIMS = 20
PAUSE = timedelta(minutes=15)
WATCHED = timedelta(hours=1)
_YES = (PublishAttempt.outcome == "yes", PublishAttempt.step.in_(("commit", "confirm")))


def stop_loop(record: PublishRecord, now: datetime) -> None:
    """A locked record that is claimed again and again goes back to where it was, with a hold; a look waits."""
    hold("record", record.id, "invariant", f"It was claimed {record.claims} times within a minute.")
    if record.status == "publishing":
        record.status = record.claimed_from or "pending"
    record.next_retry_at, record.claims_since = now + PAUSE, None
    release(record)
    derive(record.job_id)


def check_posts(record_id: uuid.UUID) -> bool:
    """Whether the answers of a record name one post at most; else the alarm."""
    posts = db.session.scalars(
        sa.select(PublishAttempt.post_id).distinct().where(PublishAttempt.record_id == record_id, *_YES)
    ).all()
    if len(posts) < 2:
        return True
    hold("record", record_id, "invariant", f"It is out more than once: {', '.join(sorted(map(str, posts)))[:400]}.")
    return False


def raise_duplicate(record: PublishRecord, addresses: list[str]) -> None:
    """The alarm for a record whose post the platform lists more than once."""
    hold("record", record.id, "invariant", f"It is there twice: {' and '.join(addresses)[:1000]}.")
    audit.record("publishing.invariant", record, label=record.label, severity="error", success=False)


def check_recent() -> int:
    """Records answered within the last hour whose answers name two posts; the alarm for each that nobody has heard of, for
    a hold that a person has released is not placed again. Returns how many."""
    told = sa.exists().where(
        PublishHold.scope == "record",
        PublishHold.scope_id == sa.cast(PublishAttempt.record_id, sa.Text),
        PublishHold.reason == "invariant",
    )
    double = (
        sa.select(PublishAttempt.record_id)
        .where(PublishAttempt.started_at > app_now() - WATCHED, *_YES, ~told)
        .group_by(PublishAttempt.record_id)
    )
    found = [key for key in db.session.scalars(double.having(sa.func.count() > 1)) if not check_posts(key)]
    for record in db.session.scalars(sa.select(PublishRecord).where(PublishRecord.id.in_(found))):
        audit.record("publishing.invariant", record, label=record.label, severity="error", success=False)
    return len(found)
