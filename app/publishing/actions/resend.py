"""A record that exists goes out once more (replay, "send again"): the same questions as at scheduling, and the answers that
were given for its job stand."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from app.accounts import queries as account_queries
from app.content.models import Artifact, ContentItem
from app.core.db import db
from app.lib.errors import Conflict, Invalid
from app.platforms import registry
from app.publishing.actions.campaign import require_campaign_of_job
from app.publishing.actions.cover import change_reason, compose_with_hashes, require_cover
from app.publishing.actions.place_checks import refuse_places
from app.publishing.models import PublishJob, PublishRecord
from app.publishing.queries.plan import places

SECOND_ON, SAME_PLACE = "second_on", "same_place"
"""In a job's metadata: the accounts where a second post was wanted; whether two accounts of one place were meant."""


def refuse_resend(row: PublishRecord) -> None:
    """The record is locked by the caller, its item here: two that send one item take turns. Raises Conflict."""
    job = db.session.get_one(PublishJob, row.job_id)
    if job.artifact_id is None:
        raise Conflict("This record names no version, so nothing can be sent.")
    item = db.session.get_one(ContentItem, job.content_id, with_for_update={"key_share": True}, populate_existing=True)
    artifact = db.session.get_one(Artifact, job.artifact_id)
    require_cover(item, artifact)
    if why := change_reason(row, compose_with_hashes(item, artifact, row.platform)):
        raise Conflict(why)
    accounts = account_queries.by_ids([row.credential_id]) if row.credential_id is not None else []
    wanted = {uuid.UUID(key) for key in (job.meta or {}).get(SECOND_ON) or ()}
    try:
        require_campaign_of_job(job, row.platform, None)
        refuse_places(places(item, artifact, accounts, without=_ignored_records(row, job)), wanted)
    except Invalid as refused:
        raise Conflict(refused.message) from None


def _ignored_records(row: PublishRecord, job: PublishJob) -> list[uuid.UUID]:
    """The records that say nothing against this one: itself; the other half of a pair that was meant; and, since it looks
    first, other tries of its version that were never cleared up."""
    R = PublishRecord
    pair = R.job_id == job.id if (job.meta or {}).get(SAME_PLACE) else sa.false()
    unclear = sa.and_(PublishJob.artifact_id == job.artifact_id, R.status == "failed", R.was_unknown)
    aside = sa.or_(R.id == row.id, pair, unclear if row.was_unknown else sa.false())
    of_item = sa.select(R.id).join(PublishJob, PublishJob.id == R.job_id).where(PublishJob.content_id == job.content_id)
    return list(db.session.scalars(of_item.where(aside)))


def new_generation(row: PublishRecord) -> None:
    """A new publication of its own; the old key stays only where the platform keeps keys apart for good."""
    row.generation += 1
    if registry.get(row.platform).spec.resend_safety != "proved":
        row.client_key = None
