"""Tables of operations: notices to people, the lists they saved, the backups taken."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE notifications (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL CONSTRAINT fk_notifications_user_id REFERENCES users (id),
  kind text NOT NULL,
  title text NOT NULL,
  body text NOT NULL DEFAULT '',
  url text NOT NULL DEFAULT '',
  tone text NOT NULL DEFAULT 'idle'
    CONSTRAINT notifications_tone_check CHECK (tone IN ('idle', 'wait', 'plan', 'run', 'ok', 'bad')),
  entity_type text,
  entity_id text,
  key text NOT NULL,
  read_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT uq_notifications_user_id_key UNIQUE (user_id, key)
);
CREATE INDEX idx_notifications_user_id_created_at ON notifications (user_id, created_at);
CREATE INDEX idx_notifications_unread ON notifications (user_id) WHERE read_at IS NULL;
CREATE TRIGGER update_notifications_updated_at BEFORE UPDATE ON notifications
  FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TABLE saved_views (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL CONSTRAINT fk_saved_views_user_id REFERENCES users (id),
  page text NOT NULL,
  name text NOT NULL CONSTRAINT saved_views_name_check CHECK (length(name) BETWEEN 1 AND 60),
  query text NOT NULL DEFAULT '',
  is_shared boolean NOT NULL DEFAULT false,
  deleted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX uq_saved_views_name ON saved_views (user_id, page, lower(name)) WHERE deleted_at IS NULL;
CREATE INDEX idx_saved_views_page ON saved_views (page) WHERE deleted_at IS NULL;
CREATE TRIGGER update_saved_views_updated_at BEFORE UPDATE ON saved_views
  FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TABLE backups (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  taken_at timestamptz NOT NULL,
  location text NOT NULL,
  migration text NOT NULL,
  row_counts jsonb NOT NULL DEFAULT '{}'::jsonb,
  files integer NOT NULL,
  bytes bigint NOT NULL,
  sha256 text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_backups_taken ON backups (taken_at DESC);
CREATE TRIGGER update_backups_updated_at BEFORE UPDATE ON backups
  FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
"""


def upgrade() -> None:
    """Create them."""
    op.execute(UP)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE backups, saved_views, notifications")
