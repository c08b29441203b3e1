"""Tables of vault: A's platform_credentials with its checks and index names, and our columns."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE platform_credentials (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  platform text NOT NULL,
  account_name text NOT NULL,
  credential_type text NOT NULL
    CONSTRAINT platform_credentials_credential_type_check
    CHECK (credential_type IN ('token', 'cookie', 'oauth', 'api_key', 'app_password')),
  credentials jsonb NOT NULL,
  expires_at timestamptz,
  status text NOT NULL DEFAULT 'active'
    CONSTRAINT platform_credentials_status_check CHECK (status IN ('checking', 'active', 'expired', 'invalid')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  metadata jsonb NOT NULL DEFAULT '{}'::jsonb,
  paused_at timestamptz,
  account_id text,
  configuration jsonb NOT NULL DEFAULT '{}'::jsonb,
  last_verified_at timestamptz,
  last_used_at timestamptz,
  failure_streak integer NOT NULL DEFAULT 0
    CONSTRAINT platform_credentials_failure_streak_check CHECK (failure_streak >= 0),
  breaker_open_until timestamptz,
  key_id text,
  version integer NOT NULL DEFAULT 1,
  created_by uuid CONSTRAINT fk_platform_credentials_created_by REFERENCES users (id),
  deleted_at timestamptz,
  CONSTRAINT platform_credentials_platform_account_name_key UNIQUE (platform, account_name)
)
"""
INDEXES = (
    "CREATE INDEX idx_platform_credentials_platform_account ON platform_credentials (platform, account_name)",
    "CREATE INDEX idx_platform_credentials_status ON platform_credentials (status)",
    "CREATE INDEX idx_platform_credentials_expires_at ON platform_credentials (expires_at) WHERE expires_at IS NOT NULL",
)
COMMENTS = {
    "platform": "Platform name, as in the registry of connectors; no foreign key, so a new platform needs no migration",
    "account_name": "Human-readable account identifier",
    "credential_type": "token, cookie, oauth, api_key or app_password",
    "credentials": "Structure depends on credential_type; every secret value is sealed in place (AES-GCM, bound to row and field)",
    "key_id": "Id of the key that sealed the values; flask keys rotate moves rows to the newest",
}


def upgrade() -> None:
    """Create the table, A's indexes and its trigger (the function stands since 0001)."""
    op.execute(TABLE)
    for statement in INDEXES:
        op.execute(statement)
    op.execute(
        "CREATE TRIGGER update_platform_credentials_updated_at BEFORE UPDATE ON platform_credentials "
        "FOR EACH ROW EXECUTE FUNCTION update_updated_at_column()"
    )
    op.execute("COMMENT ON TABLE platform_credentials IS 'Accounts on other platforms and the sealed secrets that open them'")
    for column, words in COMMENTS.items():
        op.execute(f"COMMENT ON COLUMN platform_credentials.{column} IS '{words}'")


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE platform_credentials")
