"""Table `saved_views`."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row


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
