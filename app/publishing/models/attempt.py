"""Attempt: one try or one look at a platform. Fenced by its own id only, so a late answer is kept as evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Row

STEPS = ("prepare", "commit", "confirm", "reconcile")
ATTEMPT_STEPS = (*STEPS, "withdraw")
"""A record stands at the first four; a withdrawal is an attempt only, of a record that has succeeded."""
OUTCOMES = ("yes", "no", "unknown")


class PublishAttempt(Row):
    """What was asked, what was answered, and the verdict. `outcome` null: no answer has been written yet."""

    __tablename__ = "publish_attempts"
    __table_args__ = (
        CheckConstraint(f"step IN {ATTEMPT_STEPS}", name="step"),
        CheckConstraint("outcome IN ('yes', 'no', 'unknown') OR outcome IS NULL", name="outcome"),
        CheckConstraint(
            "error_type IN ('network_timeout', 'rate_limit', 'auth_failed', 'content_rejected', 'platform_error', "
            "'invalid_parameters', 'unknown')",
            name="error_type",
        ),
        Index("idx_publish_attempts_record", "record_id", "number"),
        Index("idx_publish_attempts_started", text("started_at DESC")),
        Index("idx_publish_attempts_failed", "started_at", postgresql_where=text("outcome IN ('no', 'unknown')")),
        Index("idx_publish_attempts_evidence", "record_id", postgresql_where=text("outcome = 'yes'")),
    )

    record_id: Mapped[UUID] = mapped_column(ForeignKey("publish_records.id", ondelete="CASCADE"))
    generation: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    number: Mapped[int] = mapped_column(Integer)
    step: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    error_type: Mapped[str | None]
    http_status: Mapped[int | None] = mapped_column(Integer)
    platform_code: Mapped[str | None]
    message: Mapped[str | None]
    request: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    response: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    request_id: Mapped[str | None]
    duration_ms: Mapped[int | None] = mapped_column(Integer)
    worker: Mapped[str | None]

    client_key: Mapped[str | None]
    fingerprint: Mapped[str | None]
    matched_by: Mapped[str | None]
    """Which rule gave the verdict, for the page: `table 190/463`, `status 503`, `no byte left`."""
    post_id: Mapped[str | None]
    post_url: Mapped[str | None]

    record = relationship("PublishRecord", back_populates="attempts")


PROOF = sa.and_(PublishAttempt.outcome == "yes", PublishAttempt.step != "withdraw")
"""An answer, or a look, says that the record's post is there."""
