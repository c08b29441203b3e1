"""Which posts of a remote account belong to other records: settled ones have them, open ones may have an answer not read yet."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.publishing.models import OPEN, PROOF, PublishAttempt, PublishRecord

R = PublishRecord


def taken_post_ids(
    record_id: uuid.UUID, mine: Sequence[uuid.UUID], ids: Collection[str] | None = None, since: datetime | None = None
) -> frozenset[str]:
    """Ids of posts that records other than this one have, at the accounts `mine`; of `ids` only, or settled `since`.

    A published moment may be missing from what a person settled: then the row's own counts.
    """
    others: list[Any] = [R.credential_id.in_(mine), R.id != record_id]
    had = sa.select(R.platform_post_id).where(*others, R.platform_post_id.is_not(None))
    answered = (
        sa.select(PublishAttempt.post_id)
        .join(R, R.id == PublishAttempt.record_id)
        .where(*others, R.status.in_(OPEN), PROOF, PublishAttempt.post_id.is_not(None))
    )
    if ids is not None:
        had, answered = had.where(R.platform_post_id.in_(ids)), answered.where(PublishAttempt.post_id.in_(ids))
    if since is not None:
        had = had.where(sa.func.coalesce(R.published_at, R.updated_at) >= since)
    return frozenset(db.session.scalars(sa.union(had, answered)))
