"""Tables of campaigns: campaigns, agents (with the built-in agent `staff`, who stands for people)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.triggers import updated_at_trigger

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NOW = sa.text("now()")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create both tables, their indexes and triggers, and the agent `staff`."""
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("target_platforms", JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb")),
        sa.Column("budget_cap", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("budget_currency", sa.Text(), nullable=False, server_default="ETB"),
        sa.Column("start_time", TIME),
        sa.Column("end_time", TIME),
        sa.Column("status", sa.Text(), nullable=False, server_default="draft"),
        sa.Column("constraints", JSONB()),
        sa.Column("created_by", sa.Uuid(), sa.ForeignKey("users.id", name="fk_campaigns_created_by")),
        sa.Column("deleted_at", TIME),
        sa.Column("lock_version", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("created_at", TIME, nullable=False, server_default=NOW),
        sa.Column("updated_at", TIME, nullable=False, server_default=NOW),
        sa.CheckConstraint(
            "status IN ('draft', 'active', 'paused', 'stopped', 'completed')", name=op.f("campaigns_status_check")
        ),
        sa.CheckConstraint("budget_cap >= 0", name=op.f("campaigns_budget_cap_check")),
        sa.CheckConstraint(
            "end_time IS NULL OR start_time IS NULL OR end_time > start_time", name=op.f("campaigns_time_frame_check")
        ),
    )
    op.create_index("idx_campaign_status", "campaigns", ["status"])
    op.create_index("idx_campaign_time", "campaigns", ["start_time", "end_time"])
    op.create_table(
        "agents",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("display_name", sa.Text()),
        sa.Column("persona_ref", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False, server_default="active"),
        sa.Column("created_at", TIME, nullable=False, server_default=NOW),
        sa.Column("updated_at", TIME, nullable=False, server_default=NOW),
        sa.CheckConstraint("status IN ('active', 'suspended', 'retired')", name=op.f("agents_status_check")),
    )
    for table in ("campaigns", "agents"):
        op.execute(updated_at_trigger(table))
    op.execute("INSERT INTO agents (id, display_name) VALUES ('staff', 'People at this desk')")


def downgrade() -> None:
    """Drop both."""
    op.drop_table("agents")
    op.drop_table("campaigns")
