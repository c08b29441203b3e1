"""Notices to people, the lists they saved, and the backups that were taken."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row

TONES = ("idle", "wait", "plan", "run", "ok", "bad")


class Notice(Row):
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


class SavedView(Row):
    """A list's filters under a name. `page` is the list's endpoint, `query` its query string; shared ones all see."""

    __tablename__ = "saved_views"

    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("users.id"))
    page: Mapped[str]
    name: Mapped[str]
    query: Mapped[str] = mapped_column(default="", server_default="")
    is_shared: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    deleted_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("length(name) BETWEEN 1 AND 60", name="name"),
        sa.Index(
            "uq_saved_views_name", "user_id", "page", sa.func.lower(sa.text("name")),
            unique=True, postgresql_where=sa.text("deleted_at IS NULL"),
        ),
        sa.Index("idx_saved_views_page", "page", postgresql_where=sa.text("deleted_at IS NULL")),
    )  # fmt: skip


class Backup(Row):
    """A backup that was taken: where it was put, what is inside. Its files may have been moved or rotated away since."""

    __tablename__ = "backups"

    taken_at: Mapped[datetime]
    location: Mapped[str]
    migration: Mapped[str]
    row_counts: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'::jsonb"))
    files: Mapped[int] = mapped_column(sa.Integer)
    bytes: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str]
    """Of the dump."""

    __table_args__ = (sa.Index("idx_backups_taken", sa.text("taken_at DESC")),)
