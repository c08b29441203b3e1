"""Tables of reviews: approval_requests, review_decisions (append-only), review_comments; view pending_approvals (D)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.triggers import updated_at_trigger

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NOW = sa.text("now()")
TIME = sa.DateTime(timezone=True)
ONE_STAGE = """'[{"name": "Review", "quorum": 1}]'::jsonb"""
OPEN = sa.text("status IN ('pending', 'in_review', 'escalated')")

APPEND_ONLY = """
CREATE TRIGGER review_decisions_append_only BEFORE UPDATE OR DELETE ON review_decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER review_decisions_no_truncate BEFORE TRUNCATE ON review_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

PENDING_APPROVALS = """
CREATE VIEW pending_approvals AS
SELECT r.*, c.title AS entity_title
  FROM approval_requests r LEFT JOIN content_items c ON c.id = r.related_entity_id
 WHERE r.status IN ('pending', 'in_review', 'escalated') AND (r.expires_at IS NULL OR r.expires_at > app_now())
 ORDER BY r.requested_at
"""


def upgrade() -> None:
    """Create the tables, then the trigger that keeps decisions as they were made, then D's view."""
    _requests()
    _decisions()
    _comments()
    for table in ("approval_requests", "review_comments"):
        op.execute(updated_at_trigger(table))
    op.execute(APPEND_ONLY)
    op.execute("SELECT audit_watch('approval_requests')")  # D: what plain SQL changes is seen, too
    op.execute(PENDING_APPROVALS)


def _requests() -> None:
    op.create_table(
        "approval_requests",
        _id(),
        sa.Column("request_type", sa.Text(), nullable=False, server_default="content"),
        sa.Column("related_entity_id", sa.Uuid(), nullable=False),
        _points("approval_requests", "requested_by", "users"),
        sa.Column("requested_at", TIME, nullable=False, server_default=NOW),
        _points("approval_requests", "approved_by", "users"),
        sa.Column("approved_at", TIME),
        _points("approval_requests", "rejected_by", "users"),
        sa.Column("rejected_at", TIME),
        sa.Column("rejection_reason", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False, server_default="pending"),
        sa.Column("expires_at", TIME),
        sa.Column("metadata", JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb")),
        _points("approval_requests", "artifact_id", "artifacts"),
        sa.Column("content_hash", sa.CHAR(64)),
        _points("approval_requests", "author_id", "users"),
        sa.Column("stages", JSONB(), nullable=False, server_default=sa.text(ONE_STAGE)),
        _count("stage"),
        _count("quorum"),
        _count("round"),
        sa.Column("confidence_score", sa.Numeric(4, 3)),
        sa.Column("sensitivity_tags", JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb")),
        sa.Column("note", sa.Text()),
        _points("approval_requests", "assigned_to", "users"),
        sa.Column("due_at", TIME),
        _points("approval_requests", "opened_by", "users"),
        sa.Column("opened_at", TIME),
        _points("approval_requests", "settled_by", "users"),
        sa.Column("settled_at", TIME),
        sa.Column("trace_id", sa.Text()),
        *_times(),
        _check(
            "approval_requests",
            "status",
            "status IN ('pending', 'in_review', 'escalated', 'approved', 'rejected', "
            "'changes_requested', 'expired', 'cancelled', 'superseded')",
        ),
        _check(
            "approval_requests",
            "request_type",
            "request_type IN ('content', 'publish_job', 'newsletter', "
            "'guidance_publication', 'policy_override', 'emergency_action', 'credential')",
        ),
        _check("approval_requests", "counts", "stage >= 1 AND quorum >= 1 AND round >= 1"),
        _check("approval_requests", "confidence_score", "confidence_score >= 0 AND confidence_score <= 1"),
        _check(
            "approval_requests",
            "bound",
            "request_type <> 'content' OR (artifact_id IS NOT NULL AND content_hash IS NOT NULL)",
        ),
    )
    op.create_index("idx_approvals_created", "approval_requests", ["created_at"])
    op.create_index("idx_approvals_requested", "approval_requests", [sa.text("requested_at DESC"), sa.text("id DESC")])
    op.create_index("idx_approvals_entity", "approval_requests", ["related_entity_id", "created_at"])
    op.create_index("idx_approvals_artifact", "approval_requests", ["artifact_id"])
    op.create_index("idx_approvals_waiting", "approval_requests", ["due_at", "id"], postgresql_where=OPEN)
    op.create_index("idx_approvals_expiry", "approval_requests", ["expires_at"], postgresql_where=OPEN)
    op.create_index(
        "uq_approvals_open",
        "approval_requests",
        ["request_type", "related_entity_id"],
        unique=True,
        postgresql_where=OPEN,
    )


def _decisions() -> None:
    op.create_table(
        "review_decisions",
        _id(),
        sa.Column("task_id", sa.Uuid()),
        _points("review_decisions", "artifact_id", "artifacts", nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("confidence_score", sa.Numeric(4, 3)),
        sa.Column("reasons", JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb")),
        sa.Column("policy_hits", JSONB()),
        sa.Column("next_action", sa.Text(), nullable=False),
        sa.Column("reviewer_type", sa.Text(), nullable=False, server_default="human"),
        sa.Column("reviewer_id", sa.Text()),
        sa.Column("created_at", TIME, nullable=False, server_default=NOW),
        _points("review_decisions", "request_id", "approval_requests", nullable=False),
        _count("stage"),
        _count("round"),
        _count("vote_no"),
        _check(
            "review_decisions",
            "decision",
            "decision IN ('approve', 'reject', 'request_changes', 'escalate', 'withdraw')",
        ),
        _check(
            "review_decisions", "next_action", "next_action IN ('publish', 'retry', 'human_review', 'revise', 'none')"
        ),
        _check("review_decisions", "reviewer_type", "reviewer_type IN ('judge', 'human')"),
        _check("review_decisions", "confidence_score", "confidence_score >= 0 AND confidence_score <= 1"),
        _check(
            "review_decisions",
            "judge_says_how_sure",
            "reviewer_type = 'human' OR (confidence_score IS NOT NULL AND task_id IS NOT NULL)",
        ),
        sa.UniqueConstraint("request_id", "stage", "round", "reviewer_id", "vote_no", name="uq_review_decisions_vote"),
    )
    op.create_index("idx_review_task", "review_decisions", ["task_id"])
    op.create_index("idx_review_artifact", "review_decisions", ["artifact_id"])
    op.create_index("idx_review_decision", "review_decisions", ["decision"])
    op.create_index("idx_review_reviewer_type", "review_decisions", ["reviewer_type"])
    op.create_index("idx_review_reviewer", "review_decisions", ["reviewer_id", "created_at"])


def _comments() -> None:
    op.create_table(
        "review_comments",
        _id(),
        _points("review_comments", "request_id", "approval_requests", nullable=False),
        _points("review_comments", "author_id", "users"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.Text()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("resolved_at", TIME),
        *_times(),
        _check("review_comments", "version", "version >= 1"),
    )
    op.create_index("idx_review_comments_request", "review_comments", ["request_id", "created_at"])


def _id() -> sa.Column:
    return sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()"))


def _points(table: str, name: str, target: str, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{target}.id", name=f"fk_{table}_{name}"), nullable=nullable)


def _count(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("1"))


def _times() -> tuple[sa.Column, sa.Column]:
    return (
        sa.Column("created_at", TIME, nullable=False, server_default=NOW),
        sa.Column("updated_at", TIME, nullable=False, server_default=NOW),
    )


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"{table}_{name}_check"))


def downgrade() -> None:
    """Drop the view, then the tables."""
    op.execute("DROP VIEW pending_approvals")
    op.drop_table("review_comments")
    op.drop_table("review_decisions")
    op.drop_table("approval_requests")
