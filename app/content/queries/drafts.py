"""What is typed and not saved."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from app.content.models import ContentDraft, ContentItem
from app.core.db import app_now, db
from app.staff.models import User

RECENT = timedelta(minutes=10)


def draft_of(item_id: uuid.UUID, user_id: uuid.UUID) -> ContentDraft | None:
    """This person's unsaved text of the item."""
    return db.session.scalar(
        sa.select(ContentDraft).where(ContentDraft.item_id == item_id, ContentDraft.user_id == user_id)
    )


def is_saved(item_id: uuid.UUID) -> bool:
    """Whether the new text with this id has become an item."""
    return bool(
        db.session.scalar(sa.select(sa.exists().where(ContentItem.id == item_id, ContentItem.deleted_at.is_(None))))
    )


def drafts_of(user_id: uuid.UUID, limit: int = 5) -> list[ContentDraft]:
    """This person's unsaved texts that never became an item, newest first."""
    mine = sa.select(ContentDraft).where(ContentDraft.user_id == user_id, ContentDraft.content_id.is_(None))
    return list(db.session.scalars(mine.order_by(ContentDraft.saved_at.desc()).limit(limit)))


class Writer(NamedTuple):
    """Somebody with unsaved text: their name, and when it was stored last."""

    name: str
    saved_at: datetime


def other_writers(item_id: uuid.UUID, user_id: uuid.UUID) -> list[Writer]:
    """Other people who typed into this item in the last minutes; the newest three."""
    rows = (
        sa.select(User.full_name, ContentDraft.saved_at)
        .join(User, User.id == ContentDraft.user_id)
        .where(
            ContentDraft.item_id == item_id, ContentDraft.user_id != user_id, ContentDraft.saved_at > app_now() - RECENT
        )
    )
    return [Writer(*row) for row in db.session.execute(rows.order_by(ContentDraft.saved_at.desc()).limit(3))]
