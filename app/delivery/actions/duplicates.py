"""What is written about twins: a look after a resend, a person's wish to withdraw one, and what became of it.

Nothing here moves a record: its task carries a token that no claim has drawn, so no fence lets it pass.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts import queries as account_queries
from app.audit.actions import record as audit
from app.content.models import Artifact, ContentItem
from app.core.db import db
from app.delivery.actions.claim import Claimed
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.invariants import there_twice
from app.delivery.actions.prepare import task_for
from app.delivery.actions.reconcile import seen
from app.delivery.actions.settle import answer, look_row
from app.platforms.base import Found, Lookup, Verdict
from app.publishing.actions.cover import composed_now
from app.publishing.actions.holds import release
from app.publishing.actions.rows import locked, named, now
from app.publishing.models import PublishAttempt, PublishJob, PublishRecord
from app.publishing.queries import duplicates
from app.publishing.queries import record as record_queries
from app.publishing.queries.sent import sent

ME = "twins"


class Withdrawal(NamedTuple):
    """A post that goes, and the one that stays."""

    task: Delivery
    goes: str
    stays: duplicates.There


def look_task(record_id: uuid.UUID) -> Delivery | None:
    """What a look at a published record needs; None when there is nothing to look for any more."""
    record = db.session.get(PublishRecord, record_id)
    if record is None or record.status != "success" or record.credential_id is None:
        return None
    job = db.session.get_one(PublishJob, record.job_id)
    item, artifact = db.session.get_one(ContentItem, job.content_id), db.session.get(Artifact, job.artifact_id)
    account = account_queries.by_id(record.credential_id)
    if artifact is None or account.deleted_at is not None:
        return None
    post = sent(record, item, artifact)
    claimed = Claimed(record.id, uuid.uuid4(), "reconcile")
    task = task_for(claimed, ME, record, job, account, post or composed_now(artifact, record.platform), now())
    task.words_known = post is not None
    first = sa.select(sa.func.min(PublishAttempt.started_at)).where(
        PublishAttempt.record_id == record.id, PublishAttempt.step == "commit"
    )
    task.began = db.session.scalar(first) or record.created_at
    return task


def settle_look(task: Delivery, look: Lookup) -> None:
    """Write the look down; a second post is an alarm, once for each that is seen."""
    record = locked(task.id)
    if record.status != "success":
        return
    known = duplicates.told(record, record_queries.attempts_of(record.id))
    found = [look, *look.others] if isinstance(look, Found) else []
    second = [other for other in found if other.post_id != record.platform_post_id]
    look_row(task, "reconcile", _told(look, second), task.now)
    db.session.flush()
    if any(other.post_id not in known for other in second):
        there_twice(
            record, [p.url or p.post_id for p in duplicates.posts(record, record_queries.attempts_of(record.id))]
        )


def _told(look: Lookup, second: list[Found]) -> dict[str, Any]:
    out = seen(look) | {"matched_by": duplicates.LOOKED}
    if not isinstance(look, Found):
        return out
    words = "It is there twice." if second else "It is there once."
    posts = [{"post_id": other.post_id, "url": other.url} for other in second]
    return out | {"post_id": None, "post_url": None, "message": words, "response": {"twins": posts} if posts else None}


def begin_withdraw(attempt_id: uuid.UUID) -> Withdrawal | None:
    """What withdrawing needs; None when it was answered already. A wish that cannot be met any more is answered here."""
    asked = db.session.get(PublishAttempt, attempt_id, populate_existing=True)
    if asked is None or asked.step != "withdraw" or asked.outcome is not None:
        return None
    record, goes = locked(asked.record_id), asked.post_id or ""
    others = [
        post
        for post in duplicates.posts(record, record_queries.attempts_of(record.id))
        if post.post_id != goes and post.sure
    ]
    own = [post for post in others if post.post_id == record.platform_post_id]
    task = look_task(record.id)
    if task is None or not others:
        settle_withdraw(attempt_id, None, Verdict("no", message="Nothing was withdrawn: no other post of it stays."))
        return None
    return Withdrawal(task, goes, (own or others)[0])


def settle_withdraw(attempt_id: uuid.UUID, stays: duplicates.There | None, verdict: Verdict) -> None:
    """Write the answer down, once. Withdrawn: the post that stays is the record's, and the alarm ends with the last twin."""
    asked = db.session.get_one(PublishAttempt, attempt_id)
    record = locked(asked.record_id)
    db.session.refresh(asked)
    if asked.outcome is not None:
        return
    goes, address = asked.post_id or "", asked.post_url or ""
    answer(attempt_id, replace(verdict, post_id=goes, url=address))  # whatever it named, this is what was asked for
    db.session.expire(asked)
    if verdict.outcome != "yes" or stays is None:
        note = verdict.message or None
        audit("publishing.not_withdrawn", record, label=named(record), severity="warning", success=False, note=note)
        return
    if record.platform_post_id == goes:
        record.platform_post_id, record.platform_url = stays.post_id, stays.url or None
    db.session.flush()
    audit(
        "publishing.withdrawn",
        record,
        label=named(record),
        link=[address or goes, record.platform_url or record.platform_post_id],
    )
    if len(duplicates.posts(record, record_queries.attempts_of(record.id))) < 2:
        release("record", record.id, "invariant", "One of the two posts was withdrawn.")
