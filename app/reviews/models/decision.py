"""Tables `review_decisions` (of B, docs/data-model.md; append-only) and `review_comments`."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row, db
from app.core.ids import uuid7

DECISIONS = ("approve", "reject", "request_changes", "escalate", "withdraw")
NEXT_ACTIONS = ("publish", "retry", "human_review", "revise", "none")


class ReviewDecision(db.Model):  # type: ignore[name-defined,misc]
    """One vote. Rows are only added: a trigger refuses UPDATE and DELETE, so there is no `updated_at`.

    A reviewer who votes again in the same stage and round adds a row with the next `vote_no`; the last one counts.
    `task_id` gets its foreign key with the table `tasks`.
    """

    __tablename__ = "review_decisions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7, server_default=text("gen_random_uuid()"))
    task_id: Mapped[uuid.UUID | None]
    artifact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("artifacts.id"))
    decision: Mapped[str]
    confidence_score: Mapped[Decimal | None] = mapped_column(Numeric(4, 3))
    reasons: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    policy_hits: Mapped[list[Any] | None] = mapped_column(JSONB)
    next_action: Mapped[str]
    reviewer_type: Mapped[str] = mapped_column(default="human", server_default="human")
    reviewer_id: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("approval_requests.id"))
    stage: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    round: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    vote_no: Mapped[int] = mapped_column(default=1, server_default=text("1"))

    __table_args__ = (
        CheckConstraint(f"decision IN {DECISIONS}", name="decision"),
        CheckConstraint(f"next_action IN {NEXT_ACTIONS}", name="next_action"),
        CheckConstraint("reviewer_type IN ('judge', 'human')", name="reviewer_type"),
        CheckConstraint("confidence_score >= 0 AND confidence_score <= 1", name="confidence_score"),
        CheckConstraint(
            "reviewer_type = 'human' OR (confidence_score IS NOT NULL AND task_id IS NOT NULL)",
            name="judge_says_how_sure",
        ),
        UniqueConstraint("request_id", "stage", "round", "reviewer_id", "vote_no", name="uq_review_decisions_vote"),
        Index("idx_review_task", "task_id"),
        Index("idx_review_artifact", "artifact_id"),
        Index("idx_review_decision", "decision"),
        Index("idx_review_reviewer_type", "reviewer_type"),
        Index("idx_review_reviewer", "reviewer_id", "created_at"),
    )


class ReviewComment(Row):
    """A remark on a version: to its author, or (`internal`) among staff. `anchor` names a preview or a paragraph."""

    __tablename__ = "review_comments"

    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("approval_requests.id"))
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int]
    anchor: Mapped[str | None]
    body: Mapped[str]
    internal: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    resolved_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        Index("idx_review_comments_request", "request_id", "created_at"),
    )
