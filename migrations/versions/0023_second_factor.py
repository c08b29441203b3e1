"""A second factor: authenticator codes, recovery codes, when somebody last showed that it is them, letters about it."""

from __future__ import annotations

from alembic import op

from migrations.triggers import updated_at_trigger

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

EPOCH = """
CREATE OR REPLACE FUNCTION users_door_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF ({new}) IS DISTINCT FROM ({old}) THEN
    NEW.door_epoch := OLD.door_epoch + 1;
  END IF;
  RETURN NEW;
END $$;
"""
BEFORE = ("password_hash", "email", "is_active")


def _epoch(*columns: str) -> str:
    return EPOCH.format(new=", ".join(f"NEW.{c}" for c in columns), old=", ".join(f"OLD.{c}" for c in columns))


UP = """
ALTER TABLE users ADD COLUMN totp_since timestamptz, ADD COLUMN totp_step bigint;
ALTER TABLE user_sessions ADD COLUMN confirmed_at timestamptz NOT NULL DEFAULT now();

CREATE TABLE recovery_codes (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    code_hash varchar(64) NOT NULL,
    used_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (id),
    CONSTRAINT uq_recovery_codes_user_code UNIQUE (user_id, code_hash),
    CONSTRAINT fk_recovery_codes_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE account_letters (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    kind text NOT NULL,
    mailed_at timestamptz,
    mail_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT account_letters_pkey PRIMARY KEY (id),
    CONSTRAINT fk_account_letters_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX idx_account_letters_waiting ON account_letters (updated_at) WHERE mailed_at IS NULL AND mail_error IS NULL;
"""
DOWN = """
DROP TABLE account_letters;
DROP TABLE recovery_codes;
ALTER TABLE user_sessions DROP COLUMN confirmed_at;
ALTER TABLE users DROP COLUMN totp_step, DROP COLUMN totp_since;
"""


def upgrade() -> None:
    """`users.totp_secret` is there since 0002; it counts from `totp_since` on, when a first code was right."""
    op.execute(UP)
    op.execute(_epoch(*BEFORE, "totp_since"))
    for table in ("recovery_codes", "account_letters"):
        op.execute(updated_at_trigger(table))


def downgrade() -> None:
    op.execute(_epoch(*BEFORE))
    op.execute(DOWN)
