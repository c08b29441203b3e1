"""How far the records of one content item are, for the item's page."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from app.content.models import ContentItem
from app.core.db import app_now, db
from app.publishing.models import OPEN, PublishJob, PublishRecord
from app.publishing.pages import badges
from app.publishing.queries.records import holds_over

J, R = PublishJob, PublishRecord


@dataclass(frozen=True)
class ItemProgress:
    """`key`: badge of what is on its way, "" for nothing; `every`: seconds until the page looks again, None when nothing
    changes by itself; `mark` changes whenever the page may say something else."""

    key: str
    every: int | None
    mark: str


def item_progress(item: ContentItem) -> ItemProgress:
    """The item's open records in one word. At most two statements, for the page's poll."""
    columns = (R.id, R.job_id, R.platform, R.credential_id, R.status, R.due_at, R.next_retry_at, J.campaign_id)
    rows = db.session.execute(
        sa.select(*columns, app_now().label("now"))
        .join(J, J.id == R.job_id)
        .where(J.content_id == item.id, R.status.in_(OPEN))
    ).all()
    held = badges.held_ids(holds_over(row.id for row in rows), rows) if rows else ()
    keys = [badges.badge_key(row.status, row.due_at, row.next_retry_at, row.now, row.id in held) for row in rows]
    key, every = badges.job_badge_key("", keys), badges.poll_interval(keys)
    facts = (item.status, item.updated_at, key, every)
    return ItemProgress(key, every, hashlib.sha256(repr(facts).encode()).hexdigest()[:16])
