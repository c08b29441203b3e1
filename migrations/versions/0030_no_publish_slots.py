"""Slots stand in an account's configuration; the table that was meant for them was never written."""

from __future__ import annotations

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Without it."""
    op.execute("DROP TABLE publish_slots")


def downgrade() -> None:
    """As migration 0008 made it."""
    op.execute(
        """
        CREATE TABLE publish_slots (
          id uuid CONSTRAINT publish_slots_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
          credential_id uuid NOT NULL CONSTRAINT fk_publish_slots_credential_id
            REFERENCES platform_credentials (id) ON DELETE CASCADE,
          weekday smallint NOT NULL CONSTRAINT publish_slots_weekday_check CHECK (weekday BETWEEN 0 AND 6),
          local_time time NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          CONSTRAINT uq_publish_slots_time UNIQUE (credential_id, weekday, local_time)
        );
        CREATE TRIGGER update_publish_slots_updated_at BEFORE UPDATE ON publish_slots
          FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
        """
    )
