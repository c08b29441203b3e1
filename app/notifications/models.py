"""Table `notifications`."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row

TONES = ("idle", "wait", "plan", "run", "ok", "bad")


class Notification(Row):
    """Something one person should know, with the way there. `key` makes telling twice harmless."""

    __tablename__ = "notifications"

    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("users.id"))
    kind: Mapped[str]
    title: Mapped[str]
    body: Mapped[str] = mapped_column(default="", server_default="")
    url: Mapped[str] = mapped_column(default="", server_default="")
    tone: Mapped[str] = mapped_column(default="idle", server_default="idle")
    entity_type: Mapped[str | None]
    entity_id: Mapped[str | None]
    key: Mapped[str]
    read_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint(f"tone IN {TONES}", name="tone"),
        sa.UniqueConstraint("user_id", "key", name="uq_notifications_user_id_key"),
        sa.Index("idx_notifications_user_id_created_at", "user_id", "created_at"),
        sa.Index("idx_notifications_unread", "user_id", postgresql_where=sa.text("read_at IS NULL")),
    )
