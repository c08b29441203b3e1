"""Tables `campaigns` and `agents` (of B, docs/data-model.md; our columns are marked +)."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.badges import Badge
from app.core.db import Row, app_now, db
from app.core.flow import Flow, State
from app.lib import clock

CAMPAIGN = Flow(
    "campaign",
    initial="draft",
    key="campaign",
    states={
        "draft": State("Draft", "idle", "circle-dashed", to={"active", "stopped"}),
        "active": State("Active", "ok", "circle-check", to={"paused", "stopped", "completed"}),
        "paused": State("Paused", "idle", "player-pause", to={"active", "stopped", "completed"}),
        "stopped": State("Stopped", "idle", "player-stop"),
        "completed": State("Completed", "ok", "circle-check"),
    },
    derived={
        "ended": Badge("Ended", "idle", "clock-exclamation"),
    },
)
AGENT = Flow(
    "agent",
    initial="active",
    key="agent",
    states={
        "active": State("Active", "ok", "circle-check", to={"suspended", "retired"}),
        "suspended": State("Suspended", "idle", "user-x", to={"active", "retired"}),
        "retired": State("Retired", "idle", "circle-off"),
    },
)
STAFF = "staff"
ENDED = "ended"
"""Displayed, not stored: the clock alone ends a campaign."""


class Campaign(Row):
    """One campaign. `budget_cap` 0 says that no budget is set; `lock_version` guards edits in two tabs."""

    __tablename__ = "campaigns"

    name: Mapped[str]
    goal: Mapped[str]
    target_platforms: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    budget_cap: Mapped[Decimal] = mapped_column(Numeric(12, 2), default=Decimal(0), server_default=text("0"))
    budget_currency: Mapped[str] = mapped_column(default="ETB", server_default="ETB")  # +
    start_time: Mapped[datetime | None]
    end_time: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(default=CAMPAIGN.initial, server_default=CAMPAIGN.initial)
    constraints: Mapped[dict[str, Any] | None]
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))  # +
    deleted_at: Mapped[datetime | None]
    lock_version: Mapped[int] = mapped_column(default=1, server_default=text("1"))  # +

    __table_args__ = (
        CAMPAIGN.check("status"),
        CheckConstraint("budget_cap >= 0", name="budget_cap"),
        CheckConstraint("end_time IS NULL OR start_time IS NULL OR end_time > start_time", name="time_frame"),
        Index("idx_campaign_status", "status"),
        Index("idx_campaign_time", "start_time", "end_time"),
    )
    __mapper_args__ = {"version_id_col": lock_version}

    @property
    def display_status(self) -> str:
        """The key of the badge: an active campaign whose end has passed sends nothing, so it is not called active."""
        is_over = self.status == "active" and self.end_time is not None and self.end_time <= clock.now()
        return ENDED if is_over else self.status

    @classmethod
    def has_display_status(cls, key: str) -> sa.ColumnElement[bool]:
        """Whether `display_status` is `key`, in SQL."""
        is_over = sa.func.coalesce(cls.end_time <= app_now(), False)
        if key in ("active", ENDED):
            return sa.and_(cls.status == "active", is_over if key == ENDED else ~is_over)
        return cls.status == key


class Agent(db.Model):  # type: ignore[name-defined,misc]
    """Who makes content and hands in metrics. People are the one built-in agent `staff`."""

    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(primary_key=True)
    display_name: Mapped[str | None]
    persona_ref: Mapped[str | None]
    status: Mapped[str] = mapped_column(default=AGENT.initial, server_default=AGENT.initial)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    updated_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (AGENT.check("status"),)
