"""What is rechecked of a claimed record before a call, and what is written where it may not go on. The record is locked and
fenced by then.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from app.accounts.models import Account
from app.audit import actions as audit
from app.content.models import Artifact, ContentItem
from app.core import settings
from app.core.db import db
from app.platforms.base import Post
from app.publishing.actions import one_at_a_time
from app.publishing.actions.cadence import next_free_moment, rules_of
from app.publishing.actions.cover import Composition, change_reason
from app.publishing.actions.holds import hold
from app.publishing.actions.lease import release
from app.publishing.actions.rollups import derive
from app.publishing.models import PROOF, PublishAttempt, PublishHold, PublishRecord

Composing = Callable[[ContentItem, Artifact, str], Composition]


class Stop(Exception):
    """The record does not simply go on. `then` is done once it is locked and fenced, and says whether it may after all."""

    def __init__(self, then: Callable[[], bool | None]) -> None:
        super().__init__()
        self.then = then


def is_late(record: PublishRecord, now: datetime) -> bool:
    """Due longer ago than the setting lets pass unasked."""
    return now - record.due_at > timedelta(hours=settings.get("publishing.late_limit_hours"))


def may_go_now(record: PublishRecord, account: Account, now: datetime) -> bool:
    """Whether lateness, gap and cap let it go now; else it is put back."""
    if _hold_if_late(record, now) or _wait_for_cadence(record, account, now):
        requeue(record)
        return False
    return True


def _hold_if_late(record: PublishRecord, now: datetime) -> bool:
    """Late beyond the limit: a hold asks, unless a person has just released one."""
    if not is_late(record, now):
        return False
    limit = timedelta(hours=settings.get("publishing.late_limit_hours"))
    released = db.session.scalar(
        sa.select(sa.func.max(PublishHold.released_at)).where(
            PublishHold.scope == "record", PublishHold.scope_id == str(record.id), PublishHold.reason == "late"
        )
    )
    if released is not None and now - released <= limit:
        return False
    hours = int((now - record.due_at).total_seconds() // 3600)
    hold("record", record.id, "late", f"It was due {hours} hours ago.")
    return True


def _wait_for_cadence(record: PublishRecord, account: Account, now: datetime) -> bool:
    """Gap and daily cap at dispatch: not before the next free moment."""
    rule = rules_of(account)
    if not rule.any or record.limit_waived_at is not None:
        return False
    free = next_free_moment(record, account, now)
    if free is not None:
        record.next_retry_at = free
        record.meta = {**(record.meta or {}), "waits": "gap" if rule.gap else "cap"}
    return free is not None


def approved_post(record: PublishRecord, item: ContentItem, artifact: Artifact, composed: Composing) -> Post:
    """The composed post. Raises Stop when it is not exactly what was approved and scheduled."""
    now = composed(item, artifact, record.platform)
    if item.approved_version_id != artifact.id:
        raise _stop_changed(record, "No approval covers this version any more.")
    if not now.content == artifact.content_hash == item.approved_hash:
        raise _stop_changed(record, "The content was altered after its approval.")
    if why := change_reason(record, now):
        raise _stop_changed(record, why)
    return now.post


def _stop_changed(record: PublishRecord, what: str) -> Stop:
    return Stop(partial(_hold_as_changed, record, what))


def _hold_as_changed(record: PublishRecord, what: str) -> None:
    hold("record", record.id, "changed", what)
    requeue(record)


def requeue_behind(record: PublishRecord, first: uuid.UUID, now: datetime) -> None:
    """Put it back until the record before it is settled."""
    one_at_a_time.mark_waiting(record, first, now)
    requeue(record)


def has_proof(record_id: uuid.UUID) -> bool:
    """Whether an answer says that it is out."""
    said = sa.select(PublishAttempt.id).where(PublishAttempt.record_id == record_id, PROOF)
    return db.session.scalar(said.limit(1)) is not None


def settle_by_proof(record: PublishRecord, now: datetime) -> None:
    """An answer that came after the sweep says yes: that settles it, and nothing is called."""
    answers = sa.select(PublishAttempt).where(PublishAttempt.record_id == record.id, PROOF)
    found = db.session.scalars(answers.order_by(PublishAttempt.started_at, PublishAttempt.id).limit(1)).one()
    before, record.status = record.status, "success"
    record.platform_post_id, record.platform_url = found.post_id, found.post_url
    record.published_at = found.finished_at or now
    record.error_type = record.error_message = record.error_code = record.unknown_since = record.next_retry_at = None
    release(record)
    audit.record(
        "publishing.succeeded",
        record,
        label=record.label,
        status=[before, "success"],
        note="A late answer settled it.",
    )
    derive(record.job_id)


def requeue(record: PublishRecord) -> None:
    """Where it was claimed from; no retry used."""
    record.status = record.claimed_from or "pending"
    release(record)
    db.session.flush()
    if record.status == "pending":
        derive(record.job_id)
