"""Hold: stops records from being claimed. Not a status; one open hold per scope, thing and reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row

SCOPES = ("record", "job", "account", "campaign", "platform", "all")
REASONS = (
    "late",
    "account_paused",
    "account_down",
    "campaign_paused",
    "campaign_window",
    "budget",
    "policy",
    "emergency",
    "changed",
    "restored",
    "human",
    "invariant",
)


class PublishHold(Row):
    """`scope_id`: the id of the thing as text, the platform's slug, or '' for all."""

    __tablename__ = "publish_holds"
    __table_args__ = (
        CheckConstraint(f"scope IN {SCOPES}", name="scope"),
        CheckConstraint(f"reason IN {REASONS}", name="reason"),
        Index(
            "uq_publish_holds_open",
            "scope",
            "scope_id",
            "reason",
            unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
        Index("idx_publish_holds_placed", text("placed_at DESC")),
    )

    scope: Mapped[str]
    scope_id: Mapped[str] = mapped_column(default="", server_default="")
    reason: Mapped[str]
    note: Mapped[str | None]
    placed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    placed_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    released_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    released_at: Mapped[datetime | None]
