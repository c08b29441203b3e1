"""Accounts: one row per account of a platform, its secrets sealed value by value."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.badge import badge_key
from app.core import settings
from app.core.badges import Badge
from app.core.db import Row
from app.core.flow import Flow, State

ACCOUNT = Flow(
    "account",
    initial="checking",
    key="account",
    states={
        "checking": State("Checking", "run", "loader-2", to={"active", "expired", "invalid"}),
        "active": State("Active", "ok", "circle-check", to={"checking", "expired", "invalid"}),
        "expired": State("Expired", "bad", "plug-connected-x", to={"checking", "active", "invalid"}),
        "invalid": State("Sign-in refused", "bad", "plug-connected-x", to={"checking", "active"}),
    },
    derived={
        "paused": Badge("Paused", "idle", "player-pause"),
        "expiring": Badge("Expires soon", "wait", "clock-exclamation"),
        "bad_address": Badge("Address unusable", "bad", "link-off"),
        "disconnected": Badge("Disconnected", "idle", "plug-x"),
    },
)
CREDENTIAL_TYPES = ("token", "cookie", "oauth", "api_key", "app_password")
ON_ABSENT = ("resend", "ask")
EMPTY = sa.text("'{}'::jsonb")
COMMENTS = {
    "platform": "Platform name, as in the registry of connectors; no foreign key, so a new platform needs no migration",
    "account_name": "Human-readable account identifier",
    "credential_type": "token, cookie, oauth, api_key or app_password",
    "credentials": "Structure depends on credential_type; every secret value is sealed in place (AES-GCM, bound to row and field)",
    "key_id": "Id of the key that sealed the values; flask keys rotate moves rows to the newest",
    "remote_account": "The account at the other end as one text (vault/remote.py); rows with the same one are one place",
}

settings.declare_group("accounts", "Accounts on platforms", 30, formerly="vault")
settings.declare(
    "accounts.breaker_after",
    5,
    int,
    "Network or platform errors in a row that open an account's breaker.",
    minimum=1,
    maximum=100,
    label="Failures that open the breaker",
)
settings.declare(
    "accounts.breaker_minutes", 5, int, "How long an open breaker waits before one record tries the account again.",
    minimum=1, maximum=1440, unit="minutes", label="An open breaker rests for",
)  # fmt: skip
settings.declare(
    "accounts.expiry_notice_days",
    7,
    int,
    "How long before a sign-in expires the desk warns.",
    minimum=1,
    maximum=90,
    unit="days",
    label="Warn before a sign-in ends",
)
settings.declare(
    "accounts.verify_every_hours", 24, int, "After how long an account is checked again by itself.",
    minimum=1, maximum=720, unit="hours", label="Check accounts every",
)  # fmt: skip


class Account(Row):
    """An account. `credentials` keeps the structure it had in A (docs/data-model.md); every text in it is sealed in place."""

    __tablename__ = "platform_credentials"

    platform: Mapped[str] = mapped_column(comment=COMMENTS["platform"])
    account_name: Mapped[str] = mapped_column(comment=COMMENTS["account_name"])
    credential_type: Mapped[str] = mapped_column(comment=COMMENTS["credential_type"])
    credentials: Mapped[dict[str, Any]] = mapped_column(comment=COMMENTS["credentials"])
    expires_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(default=ACCOUNT.initial, server_default="active")
    meta: Mapped[dict[str, Any]] = mapped_column("metadata", default=dict, server_default=EMPTY)
    paused_at: Mapped[datetime | None]
    account_id: Mapped[str | None]
    configuration: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=EMPTY)
    last_verified_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    failure_streak: Mapped[int] = mapped_column(default=0, server_default="0")
    breaker_open_until: Mapped[datetime | None]
    key_id: Mapped[str | None] = mapped_column(comment=COMMENTS["key_id"])
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    deleted_at: Mapped[datetime | None]
    remote_account: Mapped[str] = mapped_column(default="", server_default="", comment=COMMENTS["remote_account"])

    __table_args__ = (
        sa.CheckConstraint(f"credential_type IN {CREDENTIAL_TYPES}", name="credential_type"),
        ACCOUNT.check("status"),
        sa.CheckConstraint("failure_streak >= 0", name="failure_streak"),
        sa.UniqueConstraint("platform", "account_name", name="platform_credentials_platform_account_name_key"),
        sa.Index("idx_platform_credentials_platform_account", "platform", "account_name"),
        sa.Index("idx_platform_credentials_status", "status"),
        sa.Index(
            "idx_platform_credentials_expires_at", "expires_at", postgresql_where=sa.text("expires_at IS NOT NULL")
        ),
        sa.Index(
            "idx_platform_credentials_remote_account",
            "remote_account",
            postgresql_where=sa.text("remote_account <> ''"),
        ),
        {"comment": "Accounts on other platforms and the sealed secrets that open them"},
    )

    @property
    def is_usable(self) -> bool:
        """Active, not paused by a person, not disconnected. (The breaker is a matter of time and counted apart.)"""
        return self.status == "active" and self.paused_at is None and self.deleted_at is None

    @property
    def secrets_version(self) -> int:
        """Rises whenever its secrets or settings are replaced. Stored under the name `round`."""
        return int((self.meta or {}).get("round", 0))

    @property
    def place(self) -> str:
        """What gaps, caps and locks go by: the account at the other end; the row itself while that is not known."""
        return self.remote_account or str(self.id)

    @property
    def status_badge(self) -> str:
        """The key of the badge of its status: an unusable address is no refused sign-in."""
        return badge_key(self.status, self.meta)

    @property
    def shown_status(self) -> str:
        """The key of the badge: a person's pause is shown before what the system knows."""
        if self.deleted_at is not None:
            return "disconnected"
        return "paused" if self.paused_at is not None else self.status_badge
