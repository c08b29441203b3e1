"""A list by state that is narrowed to a platform reads its index alone, not every record on the way.

The same index (same name, same first column) says the platform too: a delivery writes as many entries as before.
(`lock_timeout`: migrations/env.py.)
"""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

NAME = "idx_publish_records_status"
KEYS = "publish_records (status, due_at, id)"


def upgrade() -> None:
    """Made anew, longer."""
    op.execute(f"DROP INDEX {NAME}")
    op.execute(f"CREATE INDEX {NAME} ON {KEYS} INCLUDE (platform)")


def downgrade() -> None:
    """Without the platform."""
    op.execute(f"DROP INDEX {NAME}")
    op.execute(f"CREATE INDEX {NAME} ON {KEYS}")
