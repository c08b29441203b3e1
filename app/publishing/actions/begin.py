"""Prepare: recheck that what goes out is what was approved, that nothing holds it, that limits allow it.

In: a claimed record. Out: `Task` with all that the call needs, or None when the record was put back, held or settled.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

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
from app.publishing.grouped import Apart
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


class Stop(Exception):
    """The record does not simply go on. `then` is done once it is locked and fenced, and says whether it may after all."""

    def __init__(self, then: Callable[[], bool | None]) -> None:
        super().__init__()
        self.then = then


def begin(claimed: Claimed, me: str) -> Task | None:
    """Everything that is rechecked before a call, in one transaction. None: there is nothing to call for.

    The way of nearly all records only reads; whoever must write the record locks and fences it first.
    """
    row = _read([claimed]).get(claimed)
    for unlimited in (False, True):
        try:
            return row and _task(claimed, me, row, unlimited)
        except Stop as stop:
            if not _locked(claimed) or not stop.then():
                return None
    return None


def begin_all(claims: Sequence[tuple[Claimed, str]]) -> list[Task | type[Apart]]:
    """The same for several that only have to be read; `Apart` for the others, which take `begin`."""
    rows = _read([claimed for claimed, _ in claims])
    return [_task_or_apart(claimed, me, rows.get(claimed)) for claimed, me in claims]


def _task_or_apart(claimed: Claimed, me: str, row: sa.Row[Any] | None) -> Task | type[Apart]:
    try:
        return Apart if row is None else _task(claimed, me, row)
    except Stop:
        return Apart


def _task(claimed: Claimed, me: str, row: sa.Row[Any], unlimited: bool = False) -> Task:
    """What the call needs. `unlimited`: lateness, gap and cap were asked. Raises Stop."""
    record, job, item, artifact, account, now, slow, proved = row
    if proved:
        raise Stop(partial(settle_by_evidence, record, now))
    if record.claims > MOST_CLAIMS:
        raise Stop(partial(stop_loop, record, now))
    if claimed.step != "prepare":
        post = sent(record, item, artifact)
        # of a look: what is compared with no list
        task = task_for(claimed, me, record, job, account, post or composed_now(artifact, record.platform), now)
        task.words_known = post is not None
    else:
        if not unlimited and (_is_late(record, now) or rules_of(account).any):
            raise Stop(partial(_free_to_go, record, account, now))
        post = _approved(record, item, artifact)
        if first := one_at_a_time.ahead(record, post):
            raise Stop(partial(_wait, record, first, now))
        task = task_for(claimed, me, record, job, account, post, now)
    task.host_slow = slow
    return task


def _free_to_go(record: PublishRecord, account: PlatformCredential, now: datetime) -> bool:
    if _late(record, now) or _limited(record, account, now):
        put_back(record)
        return False
    return True


def _hold_changed(record: PublishRecord, what: str) -> None:
    hold("record", record.id, "changed", what)
    put_back(record)


def _wait(record: PublishRecord, first: uuid.UUID, now: datetime) -> None:
    one_at_a_time.wait(record, first, now)
    put_back(record)


_OURS = (
    PublishRecord.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid))),
    PublishRecord.claim_token == sa.any_(sa.bindparam("tokens", type_=sa.ARRAY(sa.Uuid))),
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


_LOCK = sa.select(PublishRecord).where(*_OURS).with_for_update().execution_options(populate_existing=True)


def _read(claims: Sequence[Claimed]) -> dict[Claimed, sa.Row[Any]]:
    """The rows of those that are still ours, at the step that was claimed."""
    keys = {"ids": [claimed.id for claimed in claims], "tokens": [claimed.token for claimed in claims]}
    rows = db.session.execute(_READ, keys)
    return {Claimed(row[0].id, row[0].claim_token, row[0].step): row for row in rows}


def _locked(claimed: Claimed) -> bool:
    """Lock the record and read it anew; False when it is no longer ours."""
    record = db.session.scalar(_LOCK, {"ids": [claimed.id], "tokens": [claimed.token]})
    return record is not None and record.step == claimed.step


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
    """The composed post. Raises Stop when it is not exactly what was approved and scheduled."""
    post = composed_now(artifact, record.platform)
    if item.approved_version_id != artifact.id:
        raise _changed(record, "No approval covers this version any more.")
    if not content_hash(artifact.payload) == artifact.content_hash == item.approved_hash:
        raise _changed(record, "The content was altered after its approval.")
    if why := why_changed(record, item, post):
        raise _changed(record, why)
    return post


def _changed(record: PublishRecord, what: str) -> Stop:
    return Stop(partial(_hold_changed, record, what))


def task_for(
    claimed: Claimed,
    me: str,
    record: PublishRecord,
    job: PublishJob,
    account: PlatformCredential,
    post: Post,
    now: datetime,
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
        trace_id=job.trace_id or "",
    )


def _fine(account: PlatformCredential, now: datetime) -> bool:
    """No failures to forget and used a moment ago: one more success changes nothing in the account's row."""
    used = account.last_used_at
    return (
        not account.failure_streak and account.breaker_open_until is None and used is not None and now - used < RECENTLY
    )
