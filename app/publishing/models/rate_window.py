"""Table `rate_windows`: what platforms say is left of their limits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row


class RateWindow(Row):
    """What a platform said is left, and until when. Truth for limits: emptying Redis exceeds nothing."""

    __tablename__ = "rate_windows"
    __table_args__ = (
        UniqueConstraint("scope", "key", name="uq_rate_windows_scope_key"),
        CheckConstraint("scope IN ('account', 'host', 'slow_host')", name="scope"),
    )

    scope: Mapped[str]
    """`account` (key: credential id|counter), `host` (host|counter), `slow_host` (a host whose last call timed out)."""
    key: Mapped[str]
    remaining: Mapped[int] = mapped_column(Integer)
    resets_at: Mapped[datetime]
