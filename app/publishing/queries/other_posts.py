"""What the desk knows of an account beside the post that is looked for: its last posts, other open records, taken ids.

Posts stand here in the words that were sent (`content/sent.py`). A known post whose words nobody knows is left out; an open
one makes the answer doubtful, for then nobody can say that a post in a list is not its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.accounts import queries as account_queries
from app.content.approved_post import approved_post
from app.content.models import Artifact, ContentItem
from app.content.queries import facts
from app.core import clock_state
from app.core.db import db
from app.platforms.base import KnownPost, OtherPosts, Post
from app.publishing.models import PublishHold, PublishJob, PublishRecord
from app.publishing.queries.post_ownership import taken_post_ids
from app.publishing.queries.post_sent import STORED

KNOWN = 40
RIVALS = 100
"""So many open posts of an account are read; where there are more, a look that finds something asks."""
LATELY = timedelta(days=2)
R = PublishRecord
UNSETTLED = sa.or_(R.status.in_(("confirming", "unknown")), sa.and_(R.status == "publishing", R.step == "commit"))
"""Sent, or maybe sent, and not settled yet."""


def other_posts(record_id: uuid.UUID, credential_id: uuid.UUID, began: datetime, absent_after: timedelta) -> OtherPosts:
    """For one look. `began`: when the attempt began that is looked for."""
    mine = account_queries.list_ids_at_place(credential_id)
    others = sa.and_(R.credential_id.in_(mine), R.id != record_id)
    live = sa.and_(R.status == "success", R.platform_post_id.is_not(None), R.published_at.is_not(None))
    last = _posts(sa.and_(others, live), R.published_at.desc(), KNOWN)
    rivals = _posts(sa.and_(others, UNSETTLED), R.created_at.desc(), RIVALS + 1)
    return OtherPosts(
        known=tuple(KnownPost(row.platform_post_id, post, row.published_at) for row, post in last if post),
        rivals=tuple(post for _, post in rivals if post),
        every_rival=len(rivals) <= RIVALS and all(post for _, post in rivals),
        taken=taken_post_ids(record_id, mine, since=began - LATELY),
        until=None if _was_restored(record_id, began) else clock_state.latest_start(began) + absent_after,
    )


def open_posts(
    record_id: uuid.UUID, credential_id: uuid.UUID, also: sa.ColumnElement[bool]
) -> Iterator[tuple[Any, Post]]:
    """The newest open records of the same remote account that are sent or maybe sent (or `also`), with their posts. One whose
    words nobody knows is left out: whatever is sent beside it is not taken for it (`Beside.every_rival`)."""
    others = sa.and_(
        R.credential_id.in_(account_queries.list_ids_at_place(credential_id)),
        R.id != record_id,
        sa.or_(UNSETTLED, also),
    )
    yield from ((row, post) for row, post in _posts(others, R.created_at.desc(), RIVALS) if post)


def _posts(which: sa.ColumnElement[bool], order: Any, limit: int) -> list[tuple[Any, Post | None]]:
    columns = (R.id, R.platform, R.platform_post_id, R.published_at, R.composed_hash, Artifact.payload, STORED)
    rows = db.session.execute(
        sa.select(*columns)
        .join(PublishJob, PublishJob.id == R.job_id)
        .join(ContentItem, ContentItem.id == PublishJob.content_id)
        .join(Artifact, Artifact.id == PublishJob.artifact_id)
        .where(which)
        .order_by(order)
        .limit(limit)
    ).all()
    pictures = facts(m["sha256"] for row in rows for m in row.payload.get("media") or [])
    return [(row, approved_post(row.stored, row.payload, row.platform, pictures, row.composed_hash)) for row in rows]


def _was_restored(record_id: uuid.UUID, began: datetime) -> bool:
    """A backup was restored since: the attempt that it knows of need not be the last."""
    restored = sa.select(PublishHold.id).where(PublishHold.reason == "restored", PublishHold.placed_at > began)
    return db.session.scalar(restored.limit(1)) is not None
