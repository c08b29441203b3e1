"""Scheduling: a publish job is made of a version that an approval covers, and of nothing else."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.audit import actions as audit
from app.content.compose import COMPOSER_VERSION, composed_hash
from app.content.models import Artifact, ContentItem
from app.core import actor, settings
from app.core.db import database_now, db
from app.core.ids import uuid7
from app.core.queue import enqueue
from app.lib.errors import Invalid
from app.platforms import registry
from app.publishing.actions.cadence import refuse_same_place, require_free_moment
from app.publishing.actions.campaign import OFF_TARGET, require_campaign
from app.publishing.actions.cover import require_cover
from app.publishing.actions.place_checks import load_accounts, refuse_places
from app.publishing.actions.resend import SAME_PLACE, SECOND_ON
from app.publishing.actions.rollups import derive
from app.publishing.actions.wake import wake
from app.publishing.models import PublishJob, PublishRecord
from app.publishing.places import Place
from app.publishing.queries.plan import places

PAST = timedelta(minutes=1)
"""A minute of grace: the form was open while the minute passed."""


def schedule(
    item: ContentItem,
    artifact: Artifact,
    credential_ids: Sequence[uuid.UUID | str],
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
    """Make the job and one record per account. `at` None: as soon as limits allow.

    What is asked, in this order, under the lock of the item (two jobs of one item take turns) and of each place (its gaps
    and caps): is the version approved; is the moment to come; may it go to each account (`places.RULES`), and is a second
    post wanted where it would be one (`second_on`: these accounts); are two accounts one place, and is that meant
    (`confirm_same_place`); does the campaign let it out, then and there (`off_target`: an operator lets platforms pass that
    it does not use, which is kept); do gaps and caps (`waive_limits`).

    Raises Conflict when the version or the campaign sends nothing at all; Invalid for the rest, beside its account
    (`account:<id>`) where it belongs to one. The same `idempotency_key` gives the same job again.
    """
    item = db.session.get_one(ContentItem, item.id, with_for_update={"key_share": True}, populate_existing=True)
    if made := _existing_job(idempotency_key):
        return made
    require_cover(item, artifact)
    refuse_past(at, "This moment has passed. Choose a later one, or publish now.")
    accounts = load_accounts(credential_ids)
    to = places(item, artifact, accounts)
    refuse_places(to, second_on)
    twice = refuse_same_place(accounts, confirm_same_place)
    campaign_id = campaign_id or item.campaign_id
    passed = require_campaign(campaign_id, [a.platform for a in accounts], at, timezone, None if off_target else ())
    if not waive_limits:
        require_free_moment(accounts, at, timezone)
    with actor.tracing(artifact.trace_id):
        job = _make_job(item, artifact, to, at, timezone)
    job.priority, job.campaign_id = priority, campaign_id
    job.idempotency_key, job.approval_id = idempotency_key, approval_id
    second = [str(place.account.id) for place in to if place.earlier]
    job.meta = {
        name: value for name, value in ((OFF_TARGET, passed), (SAME_PLACE, twice), (SECOND_ON, second)) if value
    }
    _store(job, to, at, waive_limits)
    with actor.tracing(job.trace_id):
        _announce(job, item, artifact, to)
    return job


def refuse_past(at: datetime | None, words: str) -> None:
    """Raises Invalid."""
    if at is not None and at < database_now() - PAST:
        raise Invalid({"at": words})


def _existing_job(idempotency_key: str | None) -> PublishJob | None:
    if not idempotency_key:
        return None
    return db.session.scalar(sa.select(PublishJob).where(PublishJob.idempotency_key == idempotency_key))


def _make_job(
    item: ContentItem, artifact: Artifact, to: Sequence[Place], at: datetime | None, timezone: str
) -> PublishJob:
    return PublishJob(
        id=uuid7(),
        content_id=item.id,
        artifact_id=artifact.id,
        platforms=sorted({place.account.platform for place in to}),
        scheduled_at=at,
        timezone=timezone,
        created_by=actor.current().person_id,
        trace_id=actor.current().trace_id,
        disclosure_level=artifact.payload.get("disclosure") or "none",
    )


def _store(job: PublishJob, to: Sequence[Place], at: datetime | None, waived: bool) -> None:
    db.session.add(job)
    db.session.flush()
    db.session.add_all([_make_record(job, place, at, waived) for place in to])


def _make_record(job: PublishJob, place: Place, at: datetime | None, waived: bool) -> PublishRecord:
    """The key is made now, so that a restored backup can be asked whether its record went out meanwhile: one that carries its
    time is dated anew when it is sent, and keeps the mark by which it is found."""
    account, post = place.account, place.post
    connector, due = registry.get(account.platform), at or database_now()
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
        max_retries=settings.get("publishing.max_retries"),
        limit_waived_at=database_now() if waived else None,
        post_type="thread" if post.parts else "feed",
    )


def _announce(job: PublishJob, item: ContentItem, artifact: Artifact, to: Sequence[Place]) -> None:
    """The history keeps what was confirmed; the job and its item follow; dispatcher and workers hear of it."""
    accounts = [f"{p.account.platform} {p.account.account_name}" for p in to]
    meta = job.meta or {}
    confirmed = {
        "same_place": meta.get(SAME_PLACE),
        "not_of_the_campaign": meta.get(OFF_TARGET),
        "second_posts": [p.label for p in to if p.earlier],
    }
    audit.record(
        "publishing.schedule",
        job,
        label=item.title,
        scheduled_at=[None, job.scheduled_at],
        timezone=[None, job.timezone],
        accounts=[None, accounts],
        version=[None, artifact.version],
        changes={name: [None, what] for name, what in confirmed.items() if what},
    )
    derive(job.id)
    if job.scheduled_at is None:
        enqueue("delivery.deliver", str(job.id))
    wake()
