"""Lists narrowed by a platform read what they show, and so does what is ready to be scheduled.

The index of a record's platform is made longer (same name, same first column): each step of a delivery writes as many entries
as before. What an item is planned for changes rarely; items that are ready are few. (`lock_timeout`: migrations/env.py.)
"""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

READY = "status = 'approved' AND open_records = 0 AND live_records = 0 AND deleted_at IS NULL"


def upgrade() -> None:
    """Make them; the longer one anew."""
    op.execute("DROP INDEX idx_publish_records_platform")
    op.execute("CREATE INDEX idx_publish_records_platform ON publish_records (platform, due_at, id)")
    op.execute("CREATE INDEX idx_content_items_platforms ON content_items USING gin (planned_platforms)")
    op.execute(f"CREATE INDEX idx_content_items_ready ON content_items (approved_at DESC NULLS LAST) WHERE {READY}")


def downgrade() -> None:
    """Back to the shorter one."""
    op.execute("DROP INDEX idx_content_items_ready")
    op.execute("DROP INDEX idx_content_items_platforms")
    op.execute("DROP INDEX idx_publish_records_platform")
    op.execute("CREATE INDEX idx_publish_records_platform ON publish_records (platform)")
