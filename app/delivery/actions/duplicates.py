"""What is written about duplicates: a look after a resend, a person's wish to withdraw one, and what became of it.

Nothing here moves a record: its delivery carries a token that no claim has drawn, so no fence lets it pass.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts import queries as account_queries
from app.audit import actions as audit
from app.content.models import Artifact, ContentItem
from app.core.db import database_now, db
from app.delivery.actions.claim import Claimed
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.invariants import raise_duplicate
from app.delivery.actions.prepare import make_delivery
from app.delivery.actions.reconcile import attempt_columns
from app.delivery.actions.settle import add_attempt, store_answer
from app.platforms.base import Found, Lookup, Verdict
from app.publishing.actions.cover import compose_post
from app.publishing.actions.holds import release
from app.publishing.actions.locking import lock_record
from app.publishing.models import PublishAttempt, PublishJob, PublishRecord
from app.publishing.queries import duplicates
from app.publishing.queries import record as record_queries
from app.publishing.queries.post_sent import post_sent

ME = "twins"


class Withdrawal(NamedTuple):
    """A post that goes, and the one that stays."""

    delivery: Delivery
    goes: str
    stays: duplicates.LivePost


def prepare_check(record_id: uuid.UUID) -> Delivery | None:
    """What a look at a published record needs; None when there is nothing to look for any more."""
    record = db.session.get(PublishRecord, record_id)
    if record is None or record.status != "success" or record.credential_id is None:
        return None
    job = db.session.get_one(PublishJob, record.job_id)
    item, artifact = db.session.get_one(ContentItem, job.content_id), db.session.get(Artifact, job.artifact_id)
    account = account_queries.by_id(record.credential_id)
    if artifact is None or account.deleted_at is not None:
        return None
    post = post_sent(record, item, artifact)
    claimed = Claimed(record.id, uuid.uuid4(), "reconcile")
    delivery = make_delivery(
        claimed, ME, record, job, account, post or compose_post(artifact, record.platform), database_now()
    )
    delivery.text_known = post is not None
    first = sa.select(sa.func.min(PublishAttempt.started_at)).where(
        PublishAttempt.record_id == record.id, PublishAttempt.step == "commit"
    )
    delivery.began = db.session.scalar(first) or record.created_at
    return delivery


def settle_check(delivery: Delivery, look: Lookup) -> None:
    """Write the look down; a second post is an alarm, once for each that is seen."""
    record = lock_record(delivery.id)
    if record.status != "success":
        return
    known = duplicates.known_post_ids(record, record_queries.attempts_of(record.id))
    found = [look, *look.others] if isinstance(look, Found) else []
    second = [other for other in found if other.post_id != record.platform_post_id]
    add_attempt(delivery, "reconcile", _lookup_columns(look, second), delivery.now)
    db.session.flush()
    if any(other.post_id not in known for other in second):
        raise_duplicate(
            record, [p.url or p.post_id for p in duplicates.live_posts(record, record_queries.attempts_of(record.id))]
        )


def _lookup_columns(look: Lookup, second: list[Found]) -> dict[str, Any]:
    out = attempt_columns(look) | {"matched_by": duplicates.MATCHED_BY}
    if not isinstance(look, Found):
        return out
    words = "It is there twice." if second else "It is there once."
    posts = [{"post_id": other.post_id, "url": other.url} for other in second]
    return out | {"post_id": None, "post_url": None, "message": words, "response": {"twins": posts} if posts else None}


def prepare_withdrawal(attempt_id: uuid.UUID) -> Withdrawal | None:
    """What withdrawing needs; None when it was answered already. A wish that cannot be met any more is answered here."""
    asked = db.session.get(PublishAttempt, attempt_id, populate_existing=True)
    if asked is None or asked.step != "withdraw" or asked.outcome is not None:
        return None
    record, goes = lock_record(asked.record_id), asked.post_id or ""
    others = [
        post
        for post in duplicates.live_posts(record, record_queries.attempts_of(record.id))
        if post.post_id != goes and post.sure
    ]
    own = [post for post in others if post.post_id == record.platform_post_id]
    delivery = prepare_check(record.id)
    if delivery is None or not others:
        settle_withdrawal(attempt_id, None, Verdict("no", message="Nothing was withdrawn: no other post of it stays."))
        return None
    return Withdrawal(delivery, goes, (own or others)[0])


def settle_withdrawal(attempt_id: uuid.UUID, stays: duplicates.LivePost | None, verdict: Verdict) -> None:
    """Write the answer down, once. Withdrawn: the post that stays is the record's, and the alarm ends with the last duplicate."""
    asked = db.session.get_one(PublishAttempt, attempt_id)
    record = lock_record(asked.record_id)
    db.session.refresh(asked)
    if asked.outcome is not None:
        return
    goes, address = asked.post_id or "", asked.post_url or ""
    store_answer(
        attempt_id, replace(verdict, post_id=goes, url=address)
    )  # whatever it named, this is what was asked for
    db.session.expire(asked)
    if verdict.outcome != "yes" or stays is None:
        note = verdict.message or None
        audit.record(
            "publishing.not_withdrawn", record, label=record.label, severity="warning", success=False, note=note
        )
        return
    if record.platform_post_id == goes:
        record.platform_post_id, record.platform_url = stays.post_id, stays.url or None
    db.session.flush()
    audit.record(
        "publishing.withdrawn",
        record,
        label=record.label,
        link=[address or goes, record.platform_url or record.platform_post_id],
    )
    if len(duplicates.live_posts(record, record_queries.attempts_of(record.id))) < 2:
        release("record", record.id, "invariant", "One of the two posts was withdrawn.")
