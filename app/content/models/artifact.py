"""Tables `artifacts` (the immutable versions; of B, docs/data-model.md) and `content_drafts` (what is typed and not yet saved)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import db
from app.core.ids import uuid7

ARTIFACT_TYPES = ("text", "image", "video", "plan", "metrics_batch")
EMPTY = text("'{}'::jsonb")


class Artifact(db.Model):  # type: ignore[name-defined,misc]
    """One version. UPDATE is refused by a trigger, so there is no `updated_at`. `payload`: see app.content.payloads; `meta` keeps the
    trace id of the request that saved it.

    `task_id` gets its foreign key with the table `tasks`.
    """

    __tablename__ = "artifacts"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7, server_default=text("gen_random_uuid()"))
    task_id: Mapped[uuid.UUID | None]
    campaign_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("campaigns.id"))
    artifact_type: Mapped[str] = mapped_column(default="text", server_default="text")
    version: Mapped[int]
    content_ref: Mapped[str] = mapped_column(default="", server_default="")
    meta: Mapped[dict[str, Any] | None] = mapped_column("metadata")
    sources: Mapped[list[Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    content_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("content_items.id"))  # + from here on
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=EMPTY)
    content_hash: Mapped[str | None] = mapped_column(CHAR(64))
    parent_artifact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("artifacts.id"))

    __table_args__ = (
        CheckConstraint(f"artifact_type IN {ARTIFACT_TYPES}", name="artifact_type"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("(task_id IS NULL) <> (created_by IS NULL)", name="maker"),
        UniqueConstraint("task_id", "artifact_type", "version", name="uq_artifacts_task_version"),
        UniqueConstraint("content_id", "artifact_type", "version", name="uq_artifacts_content_version"),
        Index("idx_artifact_task", "task_id"),
        Index("idx_artifact_campaign", "campaign_id"),
        Index("idx_artifact_type", "artifact_type"),
        Index("idx_artifact_hash", "content_hash"),
    )

    @property
    def trace_id(self) -> str | None:
        """Under which all that becomes of the version is recorded: its review, its job, its attempts."""
        return (self.meta or {}).get("trace_id")


class ContentDraft(db.Model):  # type: ignore[name-defined,misc]
    """What one person has typed and not saved: of an item, or of one that does not exist yet (content_id null; `item_id` is
    the id it will get). `form` keeps the plan fields of the page beside the payload."""

    __tablename__ = "content_drafts"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7, server_default=text("gen_random_uuid()"))
    item_id: Mapped[uuid.UUID]
    content_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("content_items.id", ondelete="CASCADE"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=EMPTY)
    form: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=EMPTY)
    base_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("artifacts.id"))
    saved_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (UniqueConstraint("item_id", "user_id"), Index("idx_content_drafts_user", "user_id", "saved_at"))
