"""Prepare: recheck that what goes out is what was approved, that nothing holds it, that limits allow it.

In: a claimed record. Out: `Task` with all that the call needs, or None when the record was put back, held or settled.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import load_only

from app.audit.actions import record as audit
from app.content.hashing import content_hash
from app.content.models import Artifact, ContentItem
from app.core import config
from app.core.db import app_now, db
from app.platforms import registry
from app.platforms.base import Post
from app.publishing.actions import one_at_a_time
from app.publishing.actions.claim import Claimed
from app.publishing.actions.cover import composed_now, why_changed
from app.publishing.actions.holds import hold
from app.publishing.actions.invariants import MOST_CLAIMS, stop_loop
from app.publishing.actions.lease import let_go
from app.publishing.actions.rows import derive, named
from app.publishing.actions.spacing import free_from, rules_of
from app.publishing.actions.task import Task
from app.publishing.models import PROOF, PublishAttempt, PublishHold, PublishJob, PublishRecord, RateWindow
from app.publishing.queries.sent import sent
from app.vault.models import PlatformCredential
from app.vault.opening import opened

_SLOW = (
    sa.exists().where(RateWindow.scope == "slow_host", RateWindow.key == PublishRecord.host).correlate(PublishRecord)
)
_PROVED = sa.exists().where(PublishAttempt.record_id == PublishRecord.id, PROOF).correlate(PublishRecord)
"""An answer says yes. Asked before every call, not only where a record was unknown."""

RECENTLY = timedelta(minutes=1)


class Changed(Exception):
    """What would go out is not what was approved; the message says what differs."""


def begin(claimed: Claimed, me: str) -> Task | None:
    """Everything that is rechecked before a call, in one transaction. None: there is nothing to call for.

    The way of nearly all records only reads; whoever must write the record locks and fences it first.
    """
    row = db.session.execute(_READ, claimed._asdict()).first()
    if row is None:
        return None
    record, job, item, artifact, account, now, slow, proved = row
    if proved:
        if _locked(claimed):
            settle_by_evidence(record, now)
        return None
    if record.claims > MOST_CLAIMS:
        if _locked(claimed):
            stop_loop(record, now)
        return None
    if claimed.step == "prepare" and (_is_late(record, now) or rules_of(account).any):
        if not _locked(claimed):
            return None
        if _late(record, now) or _limited(record, account, now):
            put_back(record)
            return None
    try:
        approved = _approved(record, item, artifact) if claimed.step == "prepare" else sent(record, item, artifact)
    except Changed as what:
        if _locked(claimed):
            hold("record", record.id, "changed", str(what))
            put_back(record)
        return None
    post = approved or composed_now(artifact, record.platform)  # of a look: what is compared with no list
    if claimed.step == "prepare" and (first := one_at_a_time.ahead(record, post)):
        if _locked(claimed):
            one_at_a_time.wait(record, first, now)
            put_back(record)
        return None
    task = task_for(claimed, me, record, account, post, now)
    task.trace_id, task.host_slow, task.words_known = job.trace_id or "", slow, approved is not None
    return task


_OURS = (
    PublishRecord.id == sa.bindparam("id"),
    PublishRecord.claim_token == sa.bindparam("token"),
    PublishRecord.step == sa.bindparam("step"),
    PublishRecord.lease_expires_at > app_now(),
)
_READ = (
    sa.select(PublishRecord, PublishJob, ContentItem, Artifact, PlatformCredential, app_now(), _SLOW, _PROVED)
    .join(PublishJob, PublishJob.id == PublishRecord.job_id)
    .join(ContentItem, ContentItem.id == PublishJob.content_id)
    .join(Artifact, Artifact.id == PublishJob.artifact_id)
    .join(PlatformCredential, PlatformCredential.id == PublishRecord.credential_id)
    .where(*_OURS)
    .options(
        load_only(PublishJob.artifact_id, PublishJob.trace_id),
        load_only(ContentItem.approved_version_id, ContentItem.approved_hash, ContentItem.approved_composed),
        load_only(Artifact.payload, Artifact.content_hash),
    )
    .execution_options(populate_existing=True)
)


def _locked(claimed: Claimed) -> bool:
    """Lock the record and read it anew; False when it is no longer ours."""
    lock = sa.select(PublishRecord).where(*_OURS).with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(lock, claimed._asdict()) is not None


def proved(record_id: uuid.UUID) -> bool:
    """Whether an answer says that it is out."""
    said = sa.select(PublishAttempt.id).where(PublishAttempt.record_id == record_id, PROOF)
    return db.session.scalar(said.limit(1)) is not None


def settle_by_evidence(record: PublishRecord, now: datetime) -> None:
    """An answer that came after the sweep says yes: that settles it, and nothing is called."""
    answers = sa.select(PublishAttempt).where(PublishAttempt.record_id == record.id, PROOF)
    found = db.session.scalars(answers.order_by(PublishAttempt.started_at, PublishAttempt.id).limit(1)).one()
    before, record.status = record.status, "success"
    record.platform_post_id, record.platform_url = found.post_id, found.post_url
    record.published_at = found.finished_at or now
    record.error_type = record.error_message = record.error_code = record.unknown_since = record.next_retry_at = None
    let_go(record)
    audit(
        "publishing.succeeded",
        record,
        label=named(record),
        status=[before, "success"],
        note="A late answer settled it.",
    )
    derive(record.job_id)


def put_back(record: PublishRecord) -> None:
    """Where it was claimed from; no retry used."""
    record.status = record.claimed_from or "pending"
    let_go(record)
    db.session.flush()
    if record.status == "pending":
        derive(record.job_id)


def _is_late(record: PublishRecord, now: datetime) -> bool:
    return now - record.due_at > timedelta(hours=config.get("publishing.late_limit_hours"))


def _late(record: PublishRecord, now: datetime) -> bool:
    """Late beyond the limit: a hold asks, unless a person has just released one."""
    if not _is_late(record, now):
        return False
    limit = timedelta(hours=config.get("publishing.late_limit_hours"))
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


def _limited(record: PublishRecord, account: PlatformCredential, now: datetime) -> bool:
    """Gap and daily cap at dispatch: not before the next free moment."""
    rule = rules_of(account)
    if not rule.any or record.limit_waived_at is not None:
        return False
    free = free_from(record, account, now)
    if free is not None:
        record.next_retry_at = free
        record.meta = {**(record.meta or {}), "waits": "gap" if rule.gap else "cap"}
    return free is not None


def _approved(record: PublishRecord, item: ContentItem, artifact: Artifact) -> Post:
    """The composed post. Raises Changed when it is not exactly what was approved and scheduled."""
    post = composed_now(artifact, record.platform)
    if item.approved_version_id != artifact.id:
        raise Changed("No approval covers this version any more.")
    if not content_hash(artifact.payload) == artifact.content_hash == item.approved_hash:
        raise Changed("The content was altered after its approval.")
    if why := why_changed(record, item, post):
        raise Changed(why)
    return post


def task_for(
    claimed: Claimed, me: str, record: PublishRecord, account: PlatformCredential, post: Post, now: datetime
) -> Task:
    connector = registry.get(record.platform)
    look_first, began = bool((record.meta or {}).get("look_first")), None
    if record.was_unknown or record.attempt_count:
        began = db.session.scalar(
            sa.select(sa.func.max(PublishAttempt.started_at)).where(
                PublishAttempt.record_id == record.id, PublishAttempt.step == "commit"
            )
        )
    if look_first:
        began = began or record.created_at
    return Task(
        id=record.id,
        token=claimed.token,
        me=me,
        step=claimed.step,
        status=record.status,
        job_id=record.job_id,
        credential_id=account.id,
        connector=connector,
        account=opened(account),
        post=post,
        key=record.client_key or connector.client_key(post, now),
        now=now,
        began=began or record.unknown_since or now,
        generation=record.generation,
        number=record.attempt_count,
        retries=record.retry_count or 0,
        max_retries=record.max_retries or 0,
        looks=record.look_count,
        was_unknown=record.was_unknown,
        barred=record.resend_barred_at is not None,
        look_first=look_first,
        on_absent=account.configuration.get("on_absent") or config.get("publishing.on_absent"),
        host=record.host,
        label=named(record),
        account_fine=_fine(account, now),
        container=dict(record.container or {}),
        unknown_since=record.unknown_since,
    )


def _fine(account: PlatformCredential, now: datetime) -> bool:
    """No failures to forget and used a moment ago: one more success changes nothing in the account's row."""
    used = account.last_used_at
    return (
        not account.failure_streak and account.breaker_open_until is None and used is not None and now - used < RECENTLY
    )
