"""Tables `users`, `user_sessions` (of C, D and E: docs/data-model.md), `staff_invites`, `password_resets`, `sign_in_guards` (ours)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, INET
from sqlalchemy.orm import Mapped, mapped_column

from app.core import settings
from app.core.badges import Badge, declare_badges
from app.core.db import Row, db
from app.lib.roles import ROLES, has_role

declare_badges(
    "person",
    {
        "active": Badge("Active", "ok", "circle-check"),
        "suspended": Badge("Suspended", "idle", "user-x"),
        "locked": Badge("Locked out", "wait", "lock"),
    },
)
declare_badges(
    "invite",
    {"invited": Badge("Invited", "wait", "mail"), "expired": Badge("Expired", "bad", "plug-connected-x")},
)

settings.declare_group("staff", "Staff and sign-in", 40, formerly="accounts")
settings.declare(
    "staff.lock_failures",
    5,
    int,
    "Failed sign-ins for one address before sign-in from new devices is paused.",
    minimum=3,
    maximum=50,
    label="Failed sign-ins per address",
)
settings.declare(
    "staff.lock_window_minutes",
    10,
    int,
    "Failures older than this do not count.",
    minimum=1,
    maximum=1440,
    unit="minutes",
    label="Failures count for",
)
settings.declare(
    "staff.lock_minutes",
    30,
    int,
    "The longest pause of sign-in from new devices; it begins with one minute and doubles.",
    minimum=1,
    maximum=1440,
    unit="minutes",
    label="Sign-in is paused for",
)
settings.declare(
    "staff.ip_failures",
    50,
    int,
    "Failed sign-ins from one network before its new devices are paused (an IPv6 /64 counts as one).",
    label="Failed sign-ins per network address",
    minimum=5,
    maximum=10_000,
)
settings.declare(
    "staff.idle_minutes",
    60,
    int,
    "A session that is not used for this long has ended.",
    minimum=5,
    maximum=1440,
    unit="minutes",
    label="A session ends when unused for",
)
settings.declare(
    "staff.session_hours",
    12,
    int,
    "A session ends after this long even when it is used.",
    minimum=1,
    maximum=720,
    unit="hours",
    label="A session lasts at most",
)
settings.declare(
    "staff.second_factor",
    "optional",
    str,
    "Who must set up an authenticator: until they have, nothing else opens for them.",
    choices=("optional", "admins", "everybody"),
)
settings.declare(
    "staff.invite_days",
    7,
    int,
    "How long an invitation link works.",
    minimum=1,
    maximum=60,
    unit="days",
    label="An invitation works for",
)
settings.declare(
    "staff.reset_hours",
    24,
    int,
    "How long a password link works.",
    minimum=1,
    maximum=168,
    unit="hours",
    label="A password link works for",
)

_ROLE_LIST = ", ".join(f"'{role}'" for role in ROLES)


class User(Row):
    """A member of the staff. `password_hash` is argon2id; null when somebody else vouches for them (later: single sign-on)."""

    __tablename__ = "users"

    email: Mapped[str]
    username: Mapped[str]
    full_name: Mapped[str]
    role: Mapped[str] = mapped_column(default="viewer", server_default="viewer")
    password_hash: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    last_login_at: Mapped[datetime | None]
    password_changed_at: Mapped[datetime | None]  # C
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=sa.text("'{}'::jsonb"))
    totp_secret: Mapped[str | None]  # + sealed; it counts from `totp_since` on
    totp_since: Mapped[datetime | None]  # +
    totp_step: Mapped[int | None] = mapped_column(sa.BigInteger)  # + the last one that was used
    failed_sign_ins: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))  # +
    locked_until: Mapped[datetime | None]  # +
    # raised by the database when password, address or state change: older links and known devices are void
    credentials_epoch: Mapped[int] = mapped_column(
        "door_epoch", default=0, server_default=sa.text("0"), server_onupdate=sa.FetchedValue()
    )  # +

    __table_args__ = (
        sa.CheckConstraint(f"role IN ({_ROLE_LIST})", name="role"),
        sa.Index("uq_users_email", sa.text("lower(email)"), unique=True),
        sa.Index("uq_users_username", sa.text("lower(username)"), unique=True),
    )

    def can(self, least: str) -> bool:
        """Whether this member has the rights of the role `least`."""
        return has_role(self.role, least)


class UserSession(Row):
    """One browser that is signed in. The browser holds the token, the row its SHA-256."""

    __tablename__ = "user_sessions"

    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    ip_address: Mapped[Any | None] = mapped_column(INET)
    user_agent: Mapped[str | None]
    last_activity_at: Mapped[datetime] = mapped_column(server_default=sa.text("app_now()"))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    # when the person last showed that it is them: by signing in, or asked again
    confirmed_at: Mapped[datetime] = mapped_column(server_default=sa.text("now()"))
    # it came with X-Forwarded-For from a private address, and no proxy is declared: for the doctor
    was_forwarded: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    __table_args__ = (sa.Index("idx_user_sessions_open", "user_id", postgresql_where=sa.text("revoked_at IS NULL")),)


class StaffInvite(Row):
    """A place offered to an address. Its link carries a signature over id, nonce and expiry; a new nonce voids old links."""

    __tablename__ = "staff_invites"

    email: Mapped[str]
    full_name: Mapped[str | None]
    role: Mapped[str]
    nonce: Mapped[str]
    invited_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    user_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    revoked_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
    mail_error: Mapped[str | None]

    __table_args__ = (
        sa.CheckConstraint(f"role IN ({_ROLE_LIST})", name="role"),
        sa.Index(
            "uq_staff_invites_open",
            sa.text("lower(email)"),
            unique=True,
            postgresql_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
        ),
    )


class PasswordReset(Row):
    """A link with which a member sets a new password; made by an admin, so it works without mail too."""

    __tablename__ = "password_resets"

    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    nonce: Mapped[str]
    credentials_epoch: Mapped[int] = mapped_column("door_epoch", default=0, server_default=sa.text("0"))
    created_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
    mail_error: Mapped[str | None]

    __table_args__ = (
        sa.Index(
            "uq_password_resets_open",
            "user_id",
            unique=True,
            postgresql_where=sa.text("used_at IS NULL AND revoked_at IS NULL"),
        ),
    )


class RecoveryCode(Row):
    """Stands in for the authenticator, once. Only its keyed hash is kept."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    used_at: Mapped[datetime | None]

    __table_args__ = (sa.UniqueConstraint("user_id", "code_hash", name="uq_recovery_codes_user_code"),)


class AccountMail(Row):
    """A mail to a person about their own account."""

    __tablename__ = "account_letters"

    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str]
    mailed_at: Mapped[datetime | None]
    mail_error: Mapped[str | None]

    __table_args__ = (
        sa.Index(
            "idx_account_letters_waiting",
            "updated_at",
            postgresql_where=sa.text("mailed_at IS NULL AND mail_error IS NULL"),
        ),
    )


class SignInGuard(db.Model):  # type: ignore[name-defined,misc]
    """How often one key has failed: an address (its keyed hash, known or not), a network, a known device or a person."""

    __tablename__ = "sign_in_guards"

    key: Mapped[str] = mapped_column(primary_key=True)
    failed_at: Mapped[list[datetime]] = mapped_column(
        ARRAY(sa.DateTime(timezone=True)), default=list, server_default=sa.text("'{}'")
    )
    locked_until: Mapped[datetime | None]
    pauses: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))
    updated_at: Mapped[datetime] = mapped_column(server_default=sa.text("app_now()"))

    __table_args__ = (sa.Index("idx_sign_in_guards_updated", "updated_at"),)
