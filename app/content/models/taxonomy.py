"""Tables `content_categories` and `content_tags` (of C, docs/data-model.md; uuid keys)."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row


class ContentCategory(Row):
    """A category; may stand inside another."""

    __tablename__ = "content_categories"

    name: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("content_categories.id"))
    sort_order: Mapped[int] = mapped_column(default=0, server_default="0")
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))


class ContentTag(Row):
    """A word that items carry in `tags`."""

    __tablename__ = "content_tags"

    name: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    usage_count: Mapped[int] = mapped_column(default=0, server_default="0")
