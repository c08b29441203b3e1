"""Table `local_posts`: posts on our own site and in the sandbox; and the settings of the site."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row
from app.core.settings import declare, declare_group

_EMPTY_LIST = text("'[]'::jsonb")


declare_group("site", "Our own site", 50)
declare("site.title", "Newsroom", str, "The title of our own public pages and feeds.")


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
