"""Tables `content_assets` and `content_asset_relations` (of C, docs/data-model.md; our columns are marked +)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CHAR, BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row, db


class ContentAsset(Row):
    """A picture, known by the SHA-256 of the bytes that go out; they never change. Alt text belongs to each use; `alt_text`
    here is the last one written, offered at the next use."""

    __tablename__ = "content_assets"

    filename: Mapped[str]
    original_filename: Mapped[str | None]
    file_path: Mapped[str]
    file_size: Mapped[int | None] = mapped_column(BigInteger)
    mime_type: Mapped[str | None]
    file_type: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    alt_text: Mapped[str | None]
    caption: Mapped[str | None]
    meta: Mapped[dict[str, Any]] = mapped_column("metadata", default=dict, server_default=text("'{}'::jsonb"))
    uploaded_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    uploaded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    content_hash: Mapped[str] = mapped_column(CHAR(64), unique=True)  # + from here on
    thumbnail_hash: Mapped[str | None] = mapped_column(CHAR(64))
    frames: Mapped[int] = mapped_column(default=1, server_default="1")
    duration: Mapped[float | None]
    codec: Mapped[dict[str, Any] | None]

    __table_args__ = (
        CheckConstraint("file_size >= 0", name="file_size"),
        Index("idx_content_assets_uploaded", "uploaded_at"),
    )


class ContentAssetRelation(db.Model):  # type: ignore[name-defined,misc]
    """An item uses an asset; follows the current version."""

    __tablename__ = "content_asset_relations"

    content_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("content_items.id", ondelete="CASCADE"), primary_key=True)
    asset_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("content_assets.id", ondelete="CASCADE"), primary_key=True)
    relation_type: Mapped[str] = mapped_column(default="attachment", server_default="attachment")
    sort_order: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (Index("idx_content_asset_relations_asset", "asset_id"),)
