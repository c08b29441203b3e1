"""Publish job: one version on its way to one or more accounts. Its status is derived (`rollup.py`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Row
from app.core.flow import Flow, State

PRIORITIES = {0: "normal", 1: "high", 2: "urgent"}
DISCLOSURES = ("automated", "assisted", "none")

# Derived, so any open status may become any other; success and cancelled stay, failed and partial can be replayed.
JOB = Flow(
    "publish job",
    initial="pending",
    key="job",
    states={
        "pending": State("Scheduled", "plan", "clock", to={"running", "success", "failed", "partial", "cancelled"}),
        "running": State("Publishing", "run", "loader-2", to={"pending", "success", "failed", "partial", "cancelled"}),
        "failed": State("Failed", "bad", "circle-x", to={"pending", "running", "success", "partial"}),
        "partial": State("Partly published", "wait", "circle-half-2", to={"pending", "running", "success", "failed"}),
        "success": State("Published", "ok", "circle-check"),
        "cancelled": State("Cancelled", "idle", "circle-minus"),
    },
)


class PublishJob(Row):
    """Columns of A (docs/data-model.md), and what binds the job to the approved version."""

    __tablename__ = "publish_jobs"
    __table_args__ = (
        CheckConstraint("cardinality(platforms) > 0", name="platforms"),  # array_length of '{}' is NULL, which passes
        CheckConstraint(f"disclosure_level IN {DISCLOSURES}", name="disclosure_level"),
        CheckConstraint("priority >= 0 AND priority <= 2", name="priority"),
        JOB.check("status"),
        Index("idx_publish_jobs_status", "status", "created_at", "id"),
        Index("idx_publish_jobs_due", text("coalesce(scheduled_at, created_at)"), "id"),
        Index("idx_publish_jobs_short", text('"right"(id::text, 8)')),
        Index(
            "idx_publish_jobs_scheduled",
            "scheduled_at",
            postgresql_where=text("status = 'pending' AND scheduled_at IS NOT NULL"),
        ),
        Index("idx_publish_jobs_created_at", text("created_at DESC")),
        Index("idx_publish_jobs_content", "content_id"),
        Index("idx_publish_jobs_artifact", "artifact_id"),
        Index("idx_publish_jobs_campaign", "campaign_id", postgresql_where=text("campaign_id IS NOT NULL")),
    )

    content_id: Mapped[UUID] = mapped_column(ForeignKey("content_items.id"))
    platforms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    status: Mapped[str] = mapped_column(default="pending", server_default="pending")
    priority: Mapped[int | None] = mapped_column(Integer, default=0, server_default="0")
    scheduled_at: Mapped[datetime | None]
    meta: Mapped[dict[str, Any] | None] = mapped_column(
        "metadata", JSONB, default=dict, server_default=text("'{}'::jsonb")
    )

    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaigns.id"))
    artifact_id: Mapped[UUID | None] = mapped_column(ForeignKey("artifacts.id"))
    approval_id: Mapped[UUID | None] = mapped_column(ForeignKey("approval_requests.id"))
    timezone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    trace_id: Mapped[str | None]
    disclosure_level: Mapped[str] = mapped_column(default="none", server_default="none")

    records = relationship("PublishRecord", back_populates="job", order_by="PublishRecord.id", passive_deletes=True)
