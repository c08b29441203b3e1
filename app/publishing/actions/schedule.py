"""Scheduling: a publish job is made of a version that an approval covers, and of nothing else."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.audit.actions import record as audit
from app.content.compose import COMPOSER_VERSION, composed_hash
from app.content.models import Artifact, ContentItem
from app.core import actor, config
from app.core.db import db, uuid7
from app.core.queue import ring
from app.ground.errors import Conflict, Invalid
from app.platforms import registry
from app.platforms.base import Post
from app.publishing.actions.campaign import OFF_TARGET, keep_campaign
from app.publishing.actions.cover import approved_post, require_cover
from app.publishing.actions.rows import derive, now, person, take_over, wake
from app.publishing.actions.spacing import keep_limits, refuse_same_place
from app.publishing.models import FINAL, OPEN, PublishJob, PublishRecord
from app.publishing.queries.earlier import earlier
from app.publishing.queries.plan import unfit
from app.vault import queries as vault
from app.vault.models import PlatformCredential

PAST = timedelta(minutes=1)
"""A minute of grace: the form was open while the minute passed."""


def schedule(
    item: ContentItem,
    artifact: Artifact,
    credential_ids: Sequence[Any],
    at: datetime | None = None,
    timezone: str = "UTC",
    priority: int = 0,
    campaign_id: uuid.UUID | None = None,
    *,
    idempotency_key: str | None = None,
    approval_id: uuid.UUID | None = None,
    waive_limits: bool = False,
    confirm_same_place: bool = False,
    off_target: bool = False,
    second_on: Collection[uuid.UUID] = (),
) -> PublishJob:
    """Make the job and one record per account. `at` None: as soon as limits allow. `second_on`: the accounts where a second
    post beside an earlier version is wanted.

    Raises Conflict when no approval covers the version on the platform of each account, or it is on its way already;
    Invalid for a past moment, an unusable account, one where it does not fit or would be a second post, a moment that
    breaks an account's gap or daily cap, or two accounts that are one place, unless that is meant (`confirm_same_place`);
    either when the campaign sends nothing, then or there (`off_target`: an operator lets platforms pass that it does not
    use, which is kept). The same `idempotency_key` gives the same job again.
    """
    item = db.session.get_one(ContentItem, item.id, with_for_update={"key_share": True}, populate_existing=True)
    again = idempotency_key and db.session.scalar(
        sa.select(PublishJob).where(PublishJob.idempotency_key == idempotency_key)
    )
    if again:
        return again
    require_cover(item, artifact)
    if at is not None and at < now() - PAST:
        raise Invalid({"at": "This moment has passed. Choose a later one, or publish now."})
    accounts = _accounts(credential_ids)
    twice = refuse_same_place(accounts, confirm_same_place)
    refuse_duplicates(artifact.id, accounts)
    campaign_id = campaign_id or item.campaign_id
    let_pass = keep_campaign(campaign_id, [a.platform for a in accounts], at, timezone, None if off_target else ())
    refuse_unfit(artifact, accounts)
    refuse_second_post(artifact, accounts, second_on)
    if not waive_limits:
        keep_limits(accounts, at, timezone)
    job = _job(item, artifact, accounts, at, timezone, priority, campaign_id)
    job.idempotency_key, job.approval_id = idempotency_key, approval_id
    job.meta = {OFF_TARGET: let_pass} if let_pass else {}
    db.session.add(job)
    db.session.flush()
    for account in accounts:
        post = approved_post(item, artifact, account.platform)
        db.session.add(_record(job, post, account, at, waive_limits))
    audit(
        "publishing.schedule",
        job,
        label=item.title,
        scheduled_at=[None, at],
        timezone=[None, timezone],
        accounts=[None, [f"{a.platform} {a.account_name}" for a in accounts]],
        version=[None, artifact.version],
        changes={"same_place": [None, twice]} if twice else None,
        **({"not_of_the_campaign": [None, let_pass]} if let_pass else {}),
    )
    derive(job.id)
    if at is None:
        ring("publishing.deliver", str(job.id))
    wake()
    return job


def _accounts(credential_ids: Sequence[Any]) -> list[PlatformCredential]:
    """The accounts in one order (locks are taken in it). Raises Invalid with what to do about each that is unusable."""
    accounts = sorted(vault.by_ids(list(credential_ids)), key=lambda a: a.id)
    if not accounts or len(accounts) < len({str(c) for c in credential_ids}):
        raise Invalid(
            {"accounts": "Choose at least one account." if not accounts else "One of these accounts is gone."}
        )
    for account in accounts:
        if account.deleted_at is not None or account.status != "active":
            word = "disconnected" if account.deleted_at is not None else account.status
            raise Invalid({"accounts": f"{account.platform} {account.account_name} is {word}. Reconnect it first."})
    return accounts


def refuse_duplicates(
    artifact_id: uuid.UUID, accounts: Sequence[PlatformCredential], replayed: PublishRecord | None = None
) -> None:
    """The same version goes to the same place once, under whichever of the desk's names for it. Raises Conflict also where an
    earlier try was never cleared up: that record's replay looks first, a new record would not. `replayed` is left out of
    the question."""
    doubtful = sa.and_(PublishRecord.status == "failed", PublishRecord.was_unknown)
    if replayed is not None and replayed.was_unknown:
        doubtful = sa.false()
    found = db.session.execute(
        sa.select(PublishRecord.credential_id, PublishRecord.account_name, PublishRecord.platform, PublishRecord.status)
        .join(PublishJob, PublishJob.id == PublishRecord.job_id)
        .where(
            PublishJob.artifact_id == artifact_id,
            sa.or_(*(PublishRecord.credential_id.in_(vault.at_place(a.id)) for a in accounts)),
            PublishRecord.id != replayed.id if replayed is not None else sa.true(),
            sa.or_(PublishRecord.status.in_((*OPEN, "success")), doubtful),
        )
        .order_by(PublishRecord.status.desc())
    ).first()
    if found and found.status == "failed":
        raise Conflict(
            f"Nobody knows whether an earlier try on {found.platform} {found.account_name} is out. Open that record and"
            " replay it: it looks first."
        )
    if found:
        word = "was published to" if found.status == "success" else "is on its way to"
        other = "" if found.credential_id in {a.id for a in accounts} else ", another name of the same place"
        raise Conflict(f"This version {word} {found.platform} {found.account_name} already{other}.")


def refuse_unfit(artifact: Artifact, accounts: Sequence[PlatformCredential]) -> None:
    """A version that does not fit an account would only fail there. Raises Invalid, a sentence for each such account."""
    wrong = unfit(artifact, accounts)
    if wrong:
        raise Invalid({beside(a.id): f"{_called(a)}: {' '.join(wrong[a.id])}" for a in accounts if a.id in wrong})


def refuse_second_post(
    artifact: Artifact, accounts: Sequence[PlatformCredential], second_on: Collection[uuid.UUID] = ()
) -> None:
    """Where an earlier version is live, may be, or is on its way, this one would stand beside it. Raises Invalid, a sentence
    for each such account that is not in `second_on`."""
    before = earlier(artifact, accounts)
    refused = [a for a in accounts if a.id in before and a.id not in set(second_on)]
    if refused:
        how = f"To post version {artifact.version} there as well, say on the publish page that you want a second post."
        raise Invalid({beside(a.id): f"{before[a.id].words} on {_called(a)}. {how}" for a in refused})


def without_second_posts(artifact: Artifact, credential_ids: Sequence[Any]) -> list[Any]:
    """These accounts without those where an earlier version is live, may be, or is on its way."""
    before = earlier(artifact, vault.by_ids(list(credential_ids)))
    return [key for key in credential_ids if uuid.UUID(str(key)) not in before]


def beside(account_id: uuid.UUID) -> str:
    """The name of an error that belongs to one account."""
    return f"account:{account_id}"


def _called(account: PlatformCredential) -> str:
    platform = registry.get(account.platform).spec.name
    return platform if account.account_name == platform else f"{platform} {account.account_name}"


def _job(
    item: ContentItem,
    artifact: Artifact,
    accounts: list[PlatformCredential],
    at: datetime | None,
    timezone: str,
    priority: int,
    campaign_id: uuid.UUID | None,
) -> PublishJob:
    who = actor.current()
    return PublishJob(
        id=uuid7(),
        content_id=item.id,
        artifact_id=artifact.id,
        platforms=sorted({a.platform for a in accounts}),
        priority=priority,
        scheduled_at=at,
        timezone=timezone,
        campaign_id=campaign_id,
        created_by=person(),
        trace_id=who.trace_id,
        disclosure_level=artifact.payload.get("disclosure") or "none",
    )


def _record(
    job: PublishJob, post: Post, account: PlatformCredential, at: datetime | None, waived: bool
) -> PublishRecord:
    """The key is made now, so that a restored backup can be asked whether its record went out meanwhile."""
    connector, due = registry.get(account.platform), at or now()
    moment = due + timedelta(microseconds=secrets.randbelow(1_000_000))  # keys that carry their time stay apart
    return PublishRecord(
        job_id=job.id,
        platform=account.platform,
        credential_id=account.id,
        account_name=account.account_name,
        # what a receiver that nobody can look at calls a post need not be its own: it may say the same each time
        remote_account=account.remote_account if "find" in connector.spec.can else "",
        host=connector.host(account.configuration),
        priority=job.priority or 0,
        due_at=due,
        client_key=connector.client_key(post, moment),
        composed_hash=composed_hash(post),
        composer_version=COMPOSER_VERSION,
        disclosure_level=job.disclosure_level,
        max_retries=config.get("publishing.max_retries"),
        limit_waived_at=now() if waived else None,
        post_type="thread" if post.parts else "feed",
    )


def cancel_unclaimed(artifact_id: uuid.UUID) -> int:
    """Cancel what was scheduled of a version (the undo of a decision). Raises Conflict once a record was claimed."""
    mine = sa.select(PublishJob.id).where(PublishJob.artifact_id == artifact_id)
    rows = db.session.scalars(
        sa.select(PublishRecord)
        .where(PublishRecord.job_id.in_(mine))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if any(row.claimed_at is not None for row in rows if row.status != "cancelled"):
        raise Conflict("A worker has taken a record of this version already, so the decision stands.")
    waiting = [row for row in rows if row.status not in FINAL]
    for row in waiting:
        row.status = "cancelled"
        take_over(row)
        audit("publishing.cancel", row, label=f"{row.platform} {row.account_name}", note="The approval was undone.")
    for job_id in {row.job_id for row in waiting}:
        derive(job_id)
    return len(waiting)
