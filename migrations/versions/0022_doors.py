"""Doors: what voids links and known devices, pauses that grow, sessions that came through a proxy nobody declared."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE users ADD COLUMN door_epoch integer NOT NULL DEFAULT 0;
ALTER TABLE password_resets ADD COLUMN door_epoch integer NOT NULL DEFAULT 0;
ALTER TABLE sign_in_guards ADD COLUMN pauses integer NOT NULL DEFAULT 0;
ALTER TABLE user_sessions ADD COLUMN was_forwarded boolean NOT NULL DEFAULT false;

CREATE FUNCTION users_door_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.password_hash, NEW.email, NEW.is_active) IS DISTINCT FROM (OLD.password_hash, OLD.email, OLD.is_active) THEN
    NEW.door_epoch := OLD.door_epoch + 1;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER users_door_epoch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_door_epoch();
"""
DOWN = """
DROP TRIGGER users_door_epoch ON users;
DROP FUNCTION users_door_epoch();
ALTER TABLE user_sessions DROP COLUMN was_forwarded;
ALTER TABLE sign_in_guards DROP COLUMN pauses;
ALTER TABLE password_resets DROP COLUMN door_epoch;
ALTER TABLE users DROP COLUMN door_epoch;
"""


def upgrade() -> None:
    """In the database, so that no way of changing a password forgets it."""
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
