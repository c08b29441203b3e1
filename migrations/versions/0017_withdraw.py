"""An attempt may be a withdrawal: one of two posts of a record is taken down at the platform."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None

OLD = "step IN ('prepare', 'commit', 'confirm', 'reconcile')"
NEW = "step IN ('prepare', 'commit', 'confirm', 'reconcile', 'withdraw')"


def _become(rule: str) -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE publish_attempts DROP CONSTRAINT publish_attempts_step_check")
    op.execute(f"ALTER TABLE publish_attempts ADD CONSTRAINT publish_attempts_step_check CHECK ({rule})")


def upgrade() -> None:
    """Allow it."""
    _become(NEW)


def downgrade() -> None:
    """An older desk knows no withdrawal; its row stays as a look."""
    op.execute("UPDATE publish_attempts SET step = 'reconcile' WHERE step = 'withdraw'")
    _become(OLD)
