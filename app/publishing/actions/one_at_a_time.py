"""Two open posts of one text at one remote account go one after the other: a list could not say which of them is there."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.platforms import registry
from app.platforms.base import Post
from app.platforms.text_match import fold, skeletons
from app.publishing.models import PublishRecord
from app.publishing.queries.other_posts import open_posts

AGAIN = timedelta(seconds=15)
WAITS = "same_text"


def is_confusable(one: Post, other: Post) -> bool:
    """Whether a careless server could make one text of both. Pure."""
    return fold(one.text) == fold(other.text) or bool(skeletons(one.text) & skeletons(other.text))


def record_ahead(record: PublishRecord, post: Post) -> uuid.UUID | None:
    """The record that goes first: sent or maybe sent and not settled, or claimed before this one; None: the way is free.

    Only where posts are found through a list. Of two that are claimed together the one with the lower id goes first, so
    never do both wait.
    """
    if record.credential_id is None or registry.get(record.platform).spec.resend_safety != "listing":
        return None
    R = PublishRecord
    claimed = sa.tuple_(R.claimed_at, R.id) < sa.tuple_(sa.literal(record.claimed_at), sa.literal(record.id))
    before = sa.and_(R.status == "publishing", claimed)
    return next(
        (row.id for row, other in open_posts(record.id, record.credential_id, before) if is_confusable(post, other)),
        None,
    )


def mark_waiting(record: PublishRecord, first: uuid.UUID, now: datetime) -> None:
    """The record (locked, about to be put back) is not claimed again for a moment, and says for whom it waits."""
    record.next_retry_at = now + AGAIN
    record.meta = {**(record.meta or {}), "waits": WAITS, "waits_for": str(first)}
