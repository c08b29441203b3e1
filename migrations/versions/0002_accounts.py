"""Tables of accounts: staff, their sessions, invitations, password links, and who failed to sign in how often."""

from __future__ import annotations

from alembic import op

from migrations.triggers import updated_at_trigger

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE users (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    email text NOT NULL,
    username text NOT NULL,
    full_name text NOT NULL,
    role text NOT NULL DEFAULT 'viewer',
    password_hash text,
    is_active boolean NOT NULL DEFAULT true,
    last_login_at timestamptz,
    password_changed_at timestamptz,
    preferences jsonb NOT NULL DEFAULT '{}',
    totp_secret text,
    failed_sign_ins integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_role_check CHECK (role IN ('viewer', 'editor', 'reviewer', 'operator', 'admin'))
);
CREATE UNIQUE INDEX uq_users_email ON users (lower(email));
CREATE UNIQUE INDEX uq_users_username ON users (lower(username));

CREATE TABLE user_sessions (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    token_hash varchar(64) NOT NULL,
    ip_address inet,
    user_agent text,
    last_activity_at timestamptz NOT NULL DEFAULT app_now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_sessions_pkey PRIMARY KEY (id),
    CONSTRAINT uq_user_sessions_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_user_sessions_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX idx_user_sessions_open ON user_sessions (user_id) WHERE revoked_at IS NULL;

CREATE TABLE staff_invites (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    email text NOT NULL,
    full_name text,
    role text NOT NULL,
    nonce text NOT NULL,
    invited_by uuid,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    user_id uuid,
    revoked_at timestamptz,
    mailed_at timestamptz,
    mail_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT staff_invites_pkey PRIMARY KEY (id),
    CONSTRAINT staff_invites_role_check CHECK (role IN ('viewer', 'editor', 'reviewer', 'operator', 'admin')),
    CONSTRAINT fk_staff_invites_invited_by FOREIGN KEY (invited_by) REFERENCES users (id),
    CONSTRAINT fk_staff_invites_user_id FOREIGN KEY (user_id) REFERENCES users (id)
);
CREATE UNIQUE INDEX uq_staff_invites_open ON staff_invites (lower(email)) WHERE accepted_at IS NULL AND revoked_at IS NULL;

CREATE TABLE password_resets (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    nonce text NOT NULL,
    created_by uuid,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    mailed_at timestamptz,
    mail_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT password_resets_pkey PRIMARY KEY (id),
    CONSTRAINT fk_password_resets_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT fk_password_resets_created_by FOREIGN KEY (created_by) REFERENCES users (id)
);
CREATE UNIQUE INDEX uq_password_resets_open ON password_resets (user_id) WHERE used_at IS NULL AND revoked_at IS NULL;

CREATE TABLE sign_in_guards (
    key text NOT NULL,
    failed_at timestamptz[] NOT NULL DEFAULT '{}',
    locked_until timestamptz,
    updated_at timestamptz NOT NULL DEFAULT app_now(),
    CONSTRAINT sign_in_guards_pkey PRIMARY KEY (key)
);
CREATE INDEX idx_sign_in_guards_updated ON sign_in_guards (updated_at);
"""


def upgrade() -> None:
    """Create them."""
    op.execute(UP)
    for table in ("users", "user_sessions", "staff_invites", "password_resets"):
        op.execute(updated_at_trigger(table))


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE sign_in_guards, password_resets, staff_invites, user_sessions, users")
