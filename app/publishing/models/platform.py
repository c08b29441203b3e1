"""Table `platforms` (of D, docs/data-model.md): one row per connector, and those that staff only watch."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row

_EMPTY_LIST = text("'[]'::jsonb")


class Platform(Row):
    """One row per connector, kept in step with the registry at start. Staff may add rows to watch only."""

    __tablename__ = "platforms"
    __table_args__ = (
        CheckConstraint("check_frequency_minutes > 0", name="check_frequency_minutes"),
        Index("idx_platforms_active", "monitoring_active", postgresql_where=text("monitoring_active")),
    )

    name: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    url: Mapped[str] = mapped_column(default="", server_default="")
    api_endpoint: Mapped[str | None]
    api_enabled: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    scraping_enabled: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    monitoring_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    check_frequency_minutes: Mapped[int] = mapped_column(Integer, default=60, server_default="60")
    policy_urls: Mapped[list[Any]] = mapped_column(JSONB, default=list, server_default=_EMPTY_LIST)
    terms_urls: Mapped[list[Any]] = mapped_column(JSONB, default=list, server_default=_EMPTY_LIST)
    community_guidelines_urls: Mapped[list[Any]] = mapped_column(JSONB, default=list, server_default=_EMPTY_LIST)
    meta: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB, default=dict, server_default=text("'{}'::jsonb"))
    created_by: Mapped[str | None] = mapped_column(Text)
