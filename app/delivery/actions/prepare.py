"""Prepare: recheck that what goes out is what was approved, that nothing holds it, that limits allow it.

In: a claimed record. Out: `Delivery` with all that the call needs, or None when the record was put back, held or settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import load_only

from app.accounts.models import Account
from app.accounts.unseal import unseal
from app.content.models import Artifact, ContentItem
from app.core import settings
from app.core.db import app_now, db
from app.delivery.actions.claim import Claimed
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.invariants import MOST_CLAIMS, stop_loop
from app.delivery.keys import key_for
from app.platforms import registry
from app.platforms.base import Post
from app.publishing.actions import one_at_a_time
from app.publishing.actions.cadence import rules_of
from app.publishing.actions.cover import compose_post, compose_with_hashes
from app.publishing.actions.recheck import (
    Composing,
    Stop,
    approved_post,
    is_late,
    may_go_now,
    requeue_behind,
    settle_by_proof,
)
from app.publishing.models import PROOF, PublishAttempt, PublishJob, PublishRecord, RateWindow
from app.publishing.queries.last_call import last_call_at
from app.publishing.queries.post_sent import post_sent

_SLOW = (
    sa.exists().where(RateWindow.scope == "slow_host", RateWindow.key == PublishRecord.host).correlate(PublishRecord)
)
_PROVED = sa.exists().where(PublishAttempt.record_id == PublishRecord.id, PROOF).correlate(PublishRecord)
"""An answer says yes. Asked before every call, not only where a record was unknown."""

RECENTLY = timedelta(minutes=1)


class Loaded(NamedTuple):
    """All that is rechecked of one record. `is_proved`: an answer says that it is out."""

    record: PublishRecord
    job: PublishJob
    item: ContentItem
    artifact: Artifact
    account: Account
    now: datetime
    is_host_slow: bool
    is_proved: bool


def prepare(claimed: Claimed, me: str) -> Delivery | None:
    """Everything that is rechecked before a call, in one transaction. None: there is nothing to call for.

    The way of nearly all records only reads; whoever must write the record locks and fences it first.
    """
    row = _load([claimed]).get(claimed)
    for unlimited in (False, True):
        try:
            return row and _delivery(claimed, me, row, compose_with_hashes, unlimited)
        except Stop as stop:
            if not _lock(claimed) or not stop.then():
                return None
    return None


def prepare_all(claims: Sequence[Claimed], me: str) -> list[Delivery | None]:
    """The same for several that only have to be read, in one statement; None for each of the others, which takes `prepare`."""
    rows, once = _load(claims), cache(compose_with_hashes)  # for these rows alone: they are one moment's
    return [_delivery_or_none(claimed, me, rows.get(claimed), once) for claimed in claims]


def _delivery_or_none(claimed: Claimed, me: str, row: Loaded | None, composed: Composing) -> Delivery | None:
    try:
        return row and _delivery(claimed, me, row, composed)
    except Stop:
        return None


def _delivery(claimed: Claimed, me: str, row: Loaded, composed: Composing, unlimited: bool = False) -> Delivery:
    """What the call needs. `unlimited`: lateness, gap and cap were asked. Raises Stop."""
    record, job, item, artifact, account, now, slow, proved = row
    if proved:
        raise Stop(partial(settle_by_proof, record, now))
    if record.claims > MOST_CLAIMS:
        raise Stop(partial(stop_loop, record, now))
    if claimed.step != "prepare":
        post = post_sent(record, item, artifact)
        # of a look: what is compared with no list
        delivery = make_delivery(
            claimed, me, record, job, account, post or compose_post(artifact, record.platform), now
        )
        delivery.text_known = post is not None
    else:
        if not unlimited and (is_late(record, now) or rules_of(account).any):
            raise Stop(partial(may_go_now, record, account, now))
        post = approved_post(record, item, artifact, composed)
        if first := one_at_a_time.record_ahead(record, post):
            raise Stop(partial(requeue_behind, record, first, now))
        delivery = make_delivery(claimed, me, record, job, account, post, now)
    delivery.host_slow = slow
    return delivery


_OURS = (
    PublishRecord.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid))),
    PublishRecord.claim_token == sa.any_(sa.bindparam("tokens", type_=sa.ARRAY(sa.Uuid))),
    PublishRecord.lease_expires_at > app_now(),
)
_READ = (
    sa.select(PublishRecord, PublishJob, ContentItem, Artifact, Account, app_now(), _SLOW, _PROVED)
    .join(PublishJob, PublishJob.id == PublishRecord.job_id)
    .join(ContentItem, ContentItem.id == PublishJob.content_id)
    .join(Artifact, Artifact.id == PublishJob.artifact_id)
    .join(Account, Account.id == PublishRecord.credential_id)
    .where(*_OURS)
    .options(
        load_only(PublishJob.artifact_id, PublishJob.trace_id),
        load_only(ContentItem.approved_version_id, ContentItem.approved_hash, ContentItem.approved_composed),
        load_only(Artifact.payload, Artifact.content_hash),
    )
    .execution_options(populate_existing=True)
)


_LOCK = sa.select(PublishRecord).where(*_OURS).with_for_update().execution_options(populate_existing=True)


def _load(claims: Sequence[Claimed]) -> dict[Claimed, Loaded]:
    """The rows of those that are still ours, at the step that was claimed."""
    keys = {"ids": [claimed.id for claimed in claims], "tokens": [claimed.token for claimed in claims]}
    rows = db.session.execute(_READ, keys)
    found = map(Loaded._make, rows)
    return {Claimed(row.record.id, row.record.claim_token, row.record.step): row for row in found}  # type: ignore[arg-type]  # held: not null


def _lock(claimed: Claimed) -> bool:
    """Lock the record and read it anew; False when it is no longer ours."""
    record = db.session.scalar(_LOCK, {"ids": [claimed.id], "tokens": [claimed.token]})
    return record is not None and record.step == claimed.step


def make_delivery(
    claimed: Claimed,
    me: str,
    record: PublishRecord,
    job: PublishJob,
    account: Account,
    post: Post,
    now: datetime,
) -> Delivery:
    connector = registry.get(record.platform)
    check_before_resend, began = bool((record.meta or {}).get("look_first")), None
    if record.was_unknown or record.attempt_count:
        began = last_call_at(record.id)
    if check_before_resend:
        began = began or record.created_at
    return Delivery(
        id=record.id,
        token=claimed.token,
        me=me,
        step=claimed.step,
        status=record.status,
        job_id=record.job_id,
        credential_id=account.id,
        connector=connector,
        account=unseal(account),
        post=post,
        key=key_for(claimed.step, record, connector, post, now),
        now=now,
        began=began or record.unknown_since or now,
        generation=record.generation,
        number=record.attempt_count,
        retries=record.retry_count or 0,
        max_retries=record.max_retries or 0,
        lookups=record.look_count,
        was_unknown=record.was_unknown,
        barred=record.resend_barred_at is not None,
        check_before_resend=check_before_resend,
        on_absent=account.configuration.get("on_absent") or settings.get("publishing.on_absent"),
        host=record.host,
        label=record.label,
        account_healthy=_is_healthy(account, now),
        container=dict(record.container or {}),
        unknown_since=record.unknown_since,
        trace_id=job.trace_id or "",
    )


def _is_healthy(account: Account, now: datetime) -> bool:
    """No failures to forget and used a moment ago: one more success changes nothing in the account's row."""
    used = account.last_used_at
    return (
        not account.failure_streak and account.breaker_open_until is None and used is not None and now - used < RECENTLY
    )
