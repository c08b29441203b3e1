"""Hold: stops records from being claimed. Not a status; one open hold per scope, thing and reason."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row

SCOPES = ("record", "job", "account", "campaign", "platform", "all")


class HoldReason(NamedTuple):
    """Why something is held, in a few words beside the hold; and as the sentence that says why a record does not go out."""

    word: str
    blocker: str


REASONS: dict[str, HoldReason] = {
    "late": HoldReason(
        "It is late: publish it anyway?",
        "Held because it is late: somebody decides whether it still goes out",
    ),
    "account_paused": HoldReason(
        "A person paused the account",
        "Held because the account is paused",
    ),
    "account_down": HoldReason(
        "The account does not work",
        "Held because the account needs a new sign-in",
    ),
    "campaign_paused": HoldReason(
        "The campaign is not running",
        "Held because the campaign is not running",
    ),
    "campaign_window": HoldReason(
        "The campaign has not started or is over",
        "Held because the campaign has not started or is over",
    ),
    "budget": HoldReason(
        "The campaign is over its budget",
        "Held because the campaign is over its budget",
    ),
    "policy": HoldReason(
        "A platform changed its rules",
        "Held because a platform's rules have changed",
    ),
    "emergency": HoldReason(
        "Emergency hold",
        "Held: publishing was stopped for everything in its scope",
    ),
    "changed": HoldReason(
        "The text differs from what was approved",
        "Held because the content no longer matches what was approved",
    ),
    "restored": HoldReason(
        "The desk was restored from a backup",
        "Held after a restore, until somebody has looked",
    ),
    "human": HoldReason(
        "A person held it",
        "Held by a person",
    ),
    "invariant": HoldReason(
        "Something is wrong with how it went out",
        "Stopped, because something is wrong with how it went out: read what, put it right, then release it",
    ),
}


class PublishHold(Row):
    """`scope_id`: the id of the thing as text, the platform's slug, or '' for all."""

    __tablename__ = "publish_holds"
    __table_args__ = (
        CheckConstraint(f"scope IN {SCOPES}", name="scope"),
        CheckConstraint(f"reason IN {tuple(REASONS)}", name="reason"),
        Index(
            "uq_publish_holds_open",
            "scope",
            "scope_id",
            "reason",
            unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
        Index("idx_publish_holds_placed", text("placed_at DESC")),
    )

    scope: Mapped[str]
    scope_id: Mapped[str] = mapped_column(default="", server_default="")
    reason: Mapped[str]
    note: Mapped[str | None]
    placed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    placed_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    released_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    released_at: Mapped[datetime | None]

    @property
    def word(self) -> str:
        """Why, in a few words."""
        return REASONS[self.reason].word
