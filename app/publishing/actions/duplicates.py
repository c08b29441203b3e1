"""A record that is at the platform twice: a person says which post goes. The workers withdraw it (`app.delivery`)."""

from __future__ import annotations

from app.audit import actions as audit
from app.core.db import database_now, db
from app.core.ids import uuid7
from app.core.queue import enqueue
from app.lib.errors import Conflict
from app.publishing.actions.locking import lock_record
from app.publishing.models import PublishAttempt, PublishRecord
from app.publishing.queries import duplicates
from app.publishing.queries import record as record_queries

WITHDRAW = "delivery.withdraw"
"""The job, by its name: this room knows nothing of the workers."""


def request_withdrawal(record: PublishRecord, post_id: str) -> PublishAttempt:
    """A person wants one of two posts gone. Raises Conflict unless another surely stays."""
    row = lock_record(record.id)
    attempts = record_queries.attempts_of(row.id)
    there = duplicates.live_posts(row, attempts)
    if post_id not in [post.post_id for post in there]:
        raise Conflict("This post is not one of two any more. Look at the record again.")
    if any(tried.step == "withdraw" and tried.outcome is None for tried in attempts):
        raise Conflict("One of them is being withdrawn at this moment. Wait for its outcome.")
    if not any(post.sure and post.post_id != post_id for post in there):
        raise Conflict("The other one may be gone already, so this one stays.")
    asked = PublishAttempt(
        id=uuid7(), record_id=row.id, generation=row.generation, number=row.attempt_count, step="withdraw", post_id=post_id,
        post_url=next(post.url for post in there if post.post_id == post_id) or None, started_at=database_now(),
    )  # fmt: skip
    db.session.add(asked)
    audit.record(
        "publishing.withdraw", row, label=row.label, severity="warning", link=[asked.post_url or post_id, None]
    )
    enqueue(WITHDRAW, str(asked.id))
    return asked
