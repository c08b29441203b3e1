"""Indexes in the order of the pages, so that a page of a large desk reads what it shows.

`publish_records` is written at each step of a delivery, so nothing is added there that each step would write: one index is
made longer (same name, same first column), the others are partial and written when a record is settled, or when it fails.
(`lock_timeout` is set for every migration by migrations/env.py.)
"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None

SETTLED = "status IN ('success', 'failed', 'cancelled')"
LONGER = (
    # name, table, before, now
    ("idx_publish_records_status", "publish_records (status)", "publish_records (status, due_at, id)"),
    ("idx_publish_jobs_status", "publish_jobs (status)", "publish_jobs (status, created_at, id)"),
    ("idx_content_items_campaign", "content_items (campaign_id) WHERE campaign_id IS NOT NULL",
     "content_items (campaign_id, status, live_records, open_records) WHERE campaign_id IS NOT NULL AND deleted_at IS NULL"),
    ("idx_content_items_scheduled", "content_items (scheduled_for) WHERE scheduled_for IS NOT NULL",
     "content_items (scheduled_for, id) WHERE status IN ('draft', 'review', 'needs_revision', 'approved', 'rejected')"),
    ("idx_generated_content_status", "content_items (status)", "content_items (status, updated_at, id)"),
)  # fmt: skip
NEW = (
    ("idx_publish_records_asking", "publish_records (due_at, id)",
     "WHERE status = 'failed' AND dead_letter_reason IS DISTINCT FROM 'given_up'"),
    ("idx_publish_records_error", "publish_records (error_type, due_at, id)", "WHERE error_type IS NOT NULL"),
    ("idx_publish_records_account", "publish_records (credential_id, due_at, id)", f"WHERE {SETTLED}"),
    ("idx_publish_records_short", "publish_records (\"right\"(id::text, 8))", f"WHERE {SETTLED}"),
    ("idx_publish_jobs_due", "publish_jobs (coalesce(scheduled_at, created_at), id)", ""),
    ("idx_publish_jobs_short", "publish_jobs (\"right\"(id::text, 8))", ""),
    ("idx_publish_attempts_failed", "publish_attempts (started_at)", "WHERE outcome IN ('no', 'unknown')"),
    ("idx_approvals_approved", "approval_requests (approved_at)", "WHERE status = 'approved'"),
    ("idx_approvals_status", "approval_requests (status, requested_at, id)", ""),
    ("idx_approvals_settler", "approval_requests (settled_by, requested_at, id)", ""),
    ("idx_content_items_planned", "content_items (coalesce(scheduled_for, '2999-01-01 00:00:00+00'::timestamptz), id)",
     "WHERE deleted_at IS NULL"),
    ("idx_audit_severity", "audit_log (occurred_at, id)", "WHERE severity <> 'info'"),
    ("idx_audit_refused", "audit_log (occurred_at, id)", "WHERE NOT success"),
)  # fmt: skip

# The index of this expression is partial, so its own statistics are not used: a window of days was thought to be a third of all.
STATISTICS = (
    "CREATE STATISTICS stat_publish_records_settled ON (coalesce(published_at, dead_letter_at)) FROM publish_records"
)


def upgrade() -> None:
    """Make them; those that are made longer are made anew."""
    for name, _, now in LONGER:
        op.execute(f"DROP INDEX {name}")
        op.execute(f"CREATE INDEX {name} ON {now}")
    for name, on, where in NEW:
        op.execute(f"CREATE INDEX {name} ON {on} {where}")
    op.execute(STATISTICS)


def downgrade() -> None:
    """Back to the shorter ones."""
    op.execute("DROP STATISTICS stat_publish_records_settled")
    for name, _, _ in reversed(NEW):
        op.execute(f"DROP INDEX {name}")
    for name, before, _ in LONGER:
        op.execute(f"DROP INDEX {name}")
        op.execute(f"CREATE INDEX {name} ON {before}")
