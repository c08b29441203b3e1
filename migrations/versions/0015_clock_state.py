"""One row: how the database's clock was read last, and when it jumped last."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE clock_state (
  id smallint PRIMARY KEY DEFAULT 1 CONSTRAINT clock_state_id_check CHECK (id = 1),
  boot text,
  steady double precision,
  calm_from double precision,
  read_at timestamptz,
  jumped_from timestamptz,
  jumped_at timestamptz,
  moved_by double precision,
  told boolean NOT NULL DEFAULT true
);
"""


def upgrade() -> None:
    """Create it."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(UP)


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE clock_state")
