"""Table `backups`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row


class Backup(Row):
    """A backup that was taken: where it was put, what is inside. Its files may have been moved or rotated away since."""

    __tablename__ = "backups"

    taken_at: Mapped[datetime]
    location: Mapped[str]
    migration: Mapped[str]
    row_counts: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'::jsonb"))
    files: Mapped[int] = mapped_column(sa.Integer)
    bytes: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str]
    """Of the dump."""

    __table_args__ = (sa.Index("idx_backups_taken", sa.text("taken_at DESC")),)
