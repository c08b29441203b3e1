"""Where posts go: platforms, the limits platforms report, slots, and the posts of our own site."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, Time, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row

_EMPTY_LIST = text("'[]'::jsonb")


class Platform(Row):
    """One row per connector, kept in step with the registry at start (D). Staff may add rows to watch only."""

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


class RateWindow(Row):
    """What a platform said is left, and until when. Truth for limits: emptying Redis exceeds nothing."""

    __tablename__ = "rate_windows"
    __table_args__ = (
        UniqueConstraint("scope", "key", name="uq_rate_windows_scope_key"),
        CheckConstraint("scope IN ('account', 'host', 'slow_host')", name="scope"),
    )

    scope: Mapped[str]
    """`account` (key: credential id|counter), `host` (host|counter), `slow_host` (a host whose last call timed out)."""
    key: Mapped[str]
    remaining: Mapped[int] = mapped_column(Integer)
    resets_at: Mapped[datetime]


class PublishSlot(Row):
    """A weekly minute at which an account likes to publish: `next free slot` in the schedule dialog."""

    __tablename__ = "publish_slots"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        UniqueConstraint("credential_id", "weekday", "local_time", name="uq_publish_slots_time"),
    )

    credential_id: Mapped[UUID] = mapped_column(ForeignKey("platform_credentials.id", ondelete="CASCADE"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    local_time: Mapped[time] = mapped_column(Time)


class LocalPost(Row):
    """A post on our own site or in the sandbox, put there through the connector's store port."""

    __tablename__ = "local_posts"
    __table_args__ = (
        Index(
            "idx_local_posts_feed",
            "platform",
            text("published_at DESC"),
            text("id DESC"),
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index("idx_local_posts_changed", "platform", text("updated_at DESC")),
        Index(
            "idx_local_posts_media",
            "media",
            postgresql_using="gin",
            postgresql_ops={"media": "jsonb_path_ops"},
            postgresql_with={"fastupdate": "off"},  # readers look up pictures all day, posts come a few a day
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    key: Mapped[str] = mapped_column(unique=True)
    platform: Mapped[str]
    account_name: Mapped[str] = mapped_column(default="", server_default="")
    title: Mapped[str] = mapped_column(default="", server_default="")
    body: Mapped[str] = mapped_column(default="", server_default="")
    media: Mapped[list[Any]] = mapped_column(JSONB, default=list, server_default=_EMPTY_LIST)
    slug: Mapped[str] = mapped_column(default="", server_default="")
    language: Mapped[str] = mapped_column(default="", server_default="")
    meta: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB, default=dict, server_default=text("'{}'::jsonb"))
    published_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    removed_at: Mapped[datetime | None]

    @property
    def path(self) -> str:
        """Where its page stands: the key finds it, the slug is for people."""
        return f"/site/{self.key}/{self.slug or 'post'}" if self.platform == "site" else f"/site/sandbox/{self.key}"
