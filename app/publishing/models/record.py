"""Publish record: one version on its way to one account. The whole state of a delivery stands in this row."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts import models as account_models  # noqa: F401  (the relationship below names its class)
from app.core.badges import Badge
from app.core.db import Row
from app.core.flow import Flow, State
from app.platforms.errors import ERROR_TYPES
from app.publishing.models.attempt import STEPS
from app.publishing.models.job import DISCLOSURES

RECORD = Flow(
    "publish record",
    initial="pending",
    key="record",
    states={
        "pending": State("Scheduled", "plan", "clock", to={"publishing", "cancelled"}),
        "retrying": State("Retrying", "wait", "rotate-clockwise", to={"publishing", "cancelled"}),
        "publishing": State(
            "Publishing",
            "run",
            "loader-2",
            to={"pending", "retrying", "success", "confirming", "failed", "unknown", "cancelled"},
        ),
        "confirming": State("Processing", "run", "loader-2", to={"success", "failed", "unknown", "cancelled"}),
        "unknown": State(
            "Checking", "run", "help-hexagon", to={"success", "retrying", "confirming", "failed", "cancelled"}
        ),
        "failed": State("Failed", "bad", "circle-x", to={"pending", "success"}),
        "success": State("Published", "ok", "circle-check"),
        "cancelled": State("Cancelled", "idle", "circle-minus", to={"success"}),
    },
    derived={
        "scheduled": Badge("Scheduled", "plan", "clock"),
        "due": Badge("Waiting", "run", "hourglass"),
        "held": Badge("On hold", "wait", "hand-stop"),
        "needs_look": Badge("Needs a look", "wait", "help-hexagon"),
    },
)
OPEN = ("pending", "publishing", "confirming", "retrying", "unknown")
FINAL = ("success", "failed", "cancelled")
POST_TYPES = ("feed", "story", "reel", "igtv", "thread")
_ERRORS = ", ".join(f"'{name}'" for name in ERROR_TYPES)
_OPEN = "status IN ('pending', 'publishing', 'confirming', 'retrying', 'unknown')"
_SETTLED = "status IN ('success', 'failed', 'cancelled')"
_WAITING = "status IN ('pending', 'retrying')"


class PublishRecord(Row):
    """Columns of A (docs/data-model.md) first, then ours: when it is due, who holds it, what is known of it."""

    __tablename__ = "publish_records"
    __table_args__ = (
        UniqueConstraint("job_id", "platform", "account_name", name="uq_publish_records_job_account"),
        RECORD.check("status"),
        CheckConstraint("retry_count >= 0", name="retry_count"),
        CheckConstraint("max_retries >= 0", name="max_retries"),
        CheckConstraint(f"error_type IN ({_ERRORS}) OR error_type IS NULL", name="error_type"),
        CheckConstraint(f"step IN {STEPS}", name="step"),
        CheckConstraint("claimed_from IN ('pending', 'retrying')", name="claimed_from"),
        CheckConstraint(f"disclosure_level IN {DISCLOSURES}", name="disclosure_level"),
        CheckConstraint(f"post_type IN {POST_TYPES}", name="post_type"),
        Index("idx_publish_records_job_id", "job_id"),
        Index("idx_publish_records_status", "status", "due_at", "id", postgresql_include=["platform"]),
        Index("idx_publish_records_platform", "platform", "due_at", "id"),
        Index("idx_publish_records_job_platform", "job_id", "platform"),
        Index("idx_queue_due", "due_at", "next_retry_at", postgresql_where=text(_WAITING)),
        Index("idx_queue_conflict", "credential_id", "due_at", postgresql_where=text(_OPEN)),
        Index("idx_queue_dead_letter", "dead_letter_at", postgresql_where=text("dead_letter_at IS NOT NULL")),
        Index("idx_queue_claim", "credential_id", "priority", "due_at", postgresql_where=text(_WAITING)),
        Index("idx_queue_retry", "next_retry_at", postgresql_where=text(f"{_WAITING} AND next_retry_at IS NOT NULL")),
        Index("idx_queue_leased", "lease_expires_at", postgresql_where=text("lease_owner IS NOT NULL")),
        Index("idx_queue_looks", "next_retry_at", postgresql_where=text("status IN ('confirming', 'unknown')")),
        Index(
            "idx_publish_records_published",
            "credential_id",
            "published_at",
            postgresql_where=text("published_at IS NOT NULL"),
        ),
        Index(
            "uq_publish_records_remote_post",
            "remote_account",
            "platform_post_id",
            unique=True,
            postgresql_where=text("remote_account <> '' AND platform_post_id IS NOT NULL AND status = 'success'"),
        ),
        Index(
            "idx_publish_records_asking",
            "due_at",
            "id",
            postgresql_where=text("status = 'failed' AND dead_letter_reason IS DISTINCT FROM 'given_up'"),
        ),
        Index(
            "idx_publish_records_error",
            "error_type",
            "due_at",
            "id",
            postgresql_where=text("error_type IS NOT NULL"),
        ),
        Index("idx_publish_records_account", "credential_id", "due_at", "id", postgresql_where=text(_SETTLED)),
        Index("idx_publish_records_short", text('"right"(id::text, 8)'), postgresql_where=text(_SETTLED)),
        Index("idx_publish_records_due", text("due_at DESC"), text("id DESC")),
        Index(
            "idx_publish_records_settled",
            text("coalesce(published_at, dead_letter_at)"),
            postgresql_where=text("status IN ('success', 'failed')"),
        ),
    )

    job_id: Mapped[UUID] = mapped_column(ForeignKey("publish_jobs.id", ondelete="CASCADE"))
    platform: Mapped[str]
    status: Mapped[str] = mapped_column(default="pending", server_default="pending")
    retry_count: Mapped[int | None] = mapped_column(Integer, default=0, server_default="0")
    max_retries: Mapped[int | None] = mapped_column(Integer, default=3, server_default="3")
    error_type: Mapped[str | None]
    error_message: Mapped[str | None]
    platform_post_id: Mapped[str | None]
    platform_url: Mapped[str | None]
    published_at: Mapped[datetime | None]
    meta: Mapped[dict[str, Any] | None] = mapped_column(
        "metadata", JSONB, default=dict, server_default=text("'{}'::jsonb")
    )

    credential_id: Mapped[UUID | None] = mapped_column(ForeignKey("platform_credentials.id"))
    account_name: Mapped[str] = mapped_column(default="", server_default="")
    remote_account: Mapped[str] = mapped_column(default="", server_default="")
    """The account at the other end when it was scheduled (`app.accounts`); one post there belongs to one record."""
    host: Mapped[str] = mapped_column(default="", server_default="")
    """Where the account's server answers; calls are capped per host."""
    priority: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    generation: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    attempt_count: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    look_count: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    crash_count: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    step: Mapped[str | None]
    claimed_from: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    next_retry_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None]
    lease_expires_at: Mapped[datetime | None]
    claim_token: Mapped[UUID | None]
    """Drawn anew by each claim; every write of a worker names it."""
    claims: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    claims_since: Mapped[datetime | None]
    """How often the record was claimed within a minute since then."""
    lease_epoch: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    resend_barred_at: Mapped[datetime | None]
    composed_hash: Mapped[str | None]
    composer_version: Mapped[int | None] = mapped_column(Integer)
    client_key: Mapped[str | None]
    container: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What prepare stored at the platform: media ids, a container or draft id."""
    disclosure_level: Mapped[str] = mapped_column(default="none", server_default="none")
    error_code: Mapped[str | None]
    dead_letter_at: Mapped[datetime | None]
    dead_letter_reason: Mapped[str | None]
    replayed_at: Mapped[datetime | None]
    unknown_since: Mapped[datetime | None]
    was_unknown: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    limit_waived_at: Mapped[datetime | None]
    """An operator let this record pass gap and daily cap once."""
    post_type: Mapped[str] = mapped_column(default="feed", server_default="feed")

    job = relationship("PublishJob", back_populates="records")
    attempts = relationship(
        "PublishAttempt",
        back_populates="record",
        order_by="PublishAttempt.started_at, PublishAttempt.id",
        passive_deletes=True,
    )
    account = relationship("Account", viewonly=True)

    @property
    def label(self) -> str:
        """How the record is called in the audit list: its platform and the name of its account."""
        return f"{self.platform} {self.account_name}".strip()
