"""A random token of each claim, the count of claims within a minute, the hold "invariant"."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

REASONS = """'late', 'account_paused', 'account_down', 'campaign_paused', 'budget', 'policy', 'emergency', 'changed',
  'restored', 'human'"""

UP = """
ALTER TABLE publish_records ADD COLUMN claim_token uuid, ADD COLUMN claims integer NOT NULL DEFAULT 0,
  ADD COLUMN claims_since timestamptz;
ALTER TABLE publish_holds DROP CONSTRAINT publish_holds_reason_check;
ALTER TABLE publish_holds ADD CONSTRAINT publish_holds_reason_check CHECK (reason IN ({reasons}, 'invariant'));
"""
DOWN = """
UPDATE publish_holds SET reason = 'human' WHERE reason = 'invariant';
ALTER TABLE publish_holds DROP CONSTRAINT publish_holds_reason_check;
ALTER TABLE publish_holds ADD CONSTRAINT publish_holds_reason_check CHECK (reason IN ({reasons}));
ALTER TABLE publish_records DROP COLUMN claims_since, DROP COLUMN claims, DROP COLUMN claim_token;
"""


def upgrade() -> None:
    op.execute(UP.format(reasons=REASONS))


def downgrade() -> None:
    op.execute(DOWN.format(reasons=REASONS))
