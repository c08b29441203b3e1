"""Table `approval_requests` (of D and E, docs/data-model.md): one request for one immutable version."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row
from app.core.flow import Flow, State

_DECIDED = {"approved", "rejected", "changes_requested"}
_LAPSED = {"expired", "cancelled", "superseded"}

REQUEST = Flow(
    "review request",
    initial="pending",
    key="request",
    states={
        "pending": State("Waiting for review", "wait", "circle-dot", to={"in_review", "escalated"} | _LAPSED, own=True),
        "in_review": State("In review", "wait", "circle-dot", to={"escalated"} | _DECIDED | _LAPSED),
        "escalated": State("Escalated", "wait", "arrow-up", to={"in_review"} | _DECIDED | _LAPSED),
        "approved": State("Approved", "plan", "user-check", to={"in_review"}),
        "rejected": State("Rejected", "bad", "ban", to={"in_review"}),
        "changes_requested": State("Changes requested", "wait", "pencil", to={"in_review"}),
        "expired": State("Expired", "idle", "clock-exclamation", own=True),
        "cancelled": State("Cancelled", "idle", "circle-minus"),
        "superseded": State("Superseded", "idle", "replace"),
    },
)
TYPES = (
    "content",
    "publish_job",
    "newsletter",
    "guidance_publication",
    "policy_override",
    "emergency_action",
    "credential",
)

_OPEN_SQL = text("status IN ('pending', 'in_review', 'escalated')")


class ApprovalRequest(Row):
    """A question to the reviewers: may this version go out?

    D's and E's columns first. Ours (+) bind the request to the version (`artifact_id`, `content_hash`) and carry who
    wrote it (`author_id`: nobody approves their own), the vote (`stages`, `stage`, `quorum`, `round`) and the desk's
    own facts. `related_entity_id` has no foreign key: what it points at depends on `request_type`.
    """

    __tablename__ = "approval_requests"

    request_type: Mapped[str] = mapped_column(default="content", server_default="content")
    related_entity_id: Mapped[uuid.UUID]
    requested_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    approved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]
    rejected_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    rejected_at: Mapped[datetime | None]
    rejection_reason: Mapped[str | None]
    status: Mapped[str] = mapped_column(default=REQUEST.initial, server_default=REQUEST.initial)
    expires_at: Mapped[datetime | None]
    details: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB, default=dict, server_default=text("'{}'::jsonb"))

    artifact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("artifacts.id"))
    content_hash: Mapped[str | None] = mapped_column(CHAR(64))
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    stages: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("""'[{"name": "Review", "quorum": 1}]'::jsonb""")
    )
    stage: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    quorum: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    round: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    confidence_score: Mapped[Decimal | None] = mapped_column(Numeric(4, 3))
    sensitivity_tags: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    note: Mapped[str | None]
    assigned_to: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    due_at: Mapped[datetime | None]
    opened_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime | None]
    settled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    settled_at: Mapped[datetime | None]
    trace_id: Mapped[str | None]

    __table_args__ = (
        REQUEST.check("status"),
        CheckConstraint(f"request_type IN {TYPES}", name="request_type"),
        CheckConstraint("stage >= 1 AND quorum >= 1 AND round >= 1", name="counts"),
        CheckConstraint("confidence_score >= 0 AND confidence_score <= 1", name="confidence_score"),
        CheckConstraint(
            "request_type <> 'content' OR (artifact_id IS NOT NULL AND content_hash IS NOT NULL)", name="bound"
        ),
        Index("idx_approvals_created", "created_at"),
        Index("idx_approvals_requested", text("requested_at DESC"), text("id DESC")),
        Index("idx_approvals_entity", "related_entity_id", "created_at"),
        Index("idx_approvals_approved", "approved_at", postgresql_where=text("status = 'approved'")),
        Index("idx_approvals_status", "status", "requested_at", "id"),
        Index("idx_approvals_settler", "settled_by", "requested_at", "id"),
        Index("idx_approvals_artifact", "artifact_id"),
        Index("idx_approvals_waiting", "due_at", "id", postgresql_where=_OPEN_SQL),
        Index("idx_approvals_expiry", "expires_at", postgresql_where=_OPEN_SQL),
        Index("uq_approvals_open", "request_type", "related_entity_id", unique=True, postgresql_where=_OPEN_SQL),
    )
