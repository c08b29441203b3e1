"""Telling people, once each. A notice is a convenience beside the audit: reading it is not recorded."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from app.core import actor
from app.core.db import app_now, db
from app.core.ids import uuid7
from app.core.notices import Notice
from app.lib.errors import NotFound
from app.notifications.models import Notification


def tell(people: Iterable[uuid.UUID], kind: str, notice: Notice) -> int:
    """Leave the notice for each of them; who has it already (same key) is not told again. Returns how many are new."""
    rows = [
        {
            "id": uuid7(), "user_id": person, "kind": kind, "title": notice.title[:300], "body": notice.body[:1000],
            "url": notice.url, "tone": notice.tone, "entity_type": notice.entity_type, "entity_id": notice.entity_id, "key": notice.key,
        }
        for person in dict.fromkeys(people)
    ]  # fmt: skip
    if not rows:
        return 0
    statement = insert(Notification).values(rows).on_conflict_do_nothing(index_elements=["user_id", "key"])
    return len(db.session.execute(statement.returning(Notification.id)).all())


def forget(key: str) -> list[uuid.UUID]:
    """Mark what begins with this key as read, because it holds no more. Returns who had been told."""
    stale = Notification.key.startswith(key, autoescape=True)
    update = sa.update(Notification).where(stale).values(read_at=sa.func.coalesce(Notification.read_at, app_now()))
    return list(db.session.scalars(update.returning(Notification.user_id)))


def mark_read(notice_id: uuid.UUID) -> Notification:
    """One's own notice, opened. Raises NotFound, also for somebody else's."""
    notice = db.session.get(Notification, notice_id)
    if notice is None or notice.user_id != actor.current().person_id:
        raise NotFound("There is no such notice.")
    notice.read_at = notice.read_at or app_now()
    return notice


def mark_all_read() -> int:
    """All of one's notices. Returns how many were unread."""
    unread = (
        sa.update(Notification)
        .where(Notification.user_id == actor.current().person_id, Notification.read_at.is_(None))
        .values(read_at=app_now())
    )
    return len(db.session.execute(unread.returning(Notification.id)).all())
