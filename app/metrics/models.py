"""Tables of metrics: what was settled, added up by a job. Nothing here is truth; all of it can be counted again."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import db


class PublishDay(db.Model):  # type: ignore[name-defined,misc]
    """One past day of one time zone, of one platform ("" for all): successes, failures, due → live in seconds. The row of
    all platforms stands there for every day, so the newest says how far was added up."""

    __tablename__ = "publish_days"

    zone: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(primary_key=True, default="", server_default="")
    ok: Mapped[int]
    failed: Mapped[int]
    p50: Mapped[float | None]
    p95: Mapped[float | None]


class PublishSpan(db.Model):  # type: ignore[name-defined,misc]
    """Due → live over the `days` days that end with the day `last`, as it stood when the job ran."""

    __tablename__ = "publish_spans"

    zone: Mapped[str] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    platform: Mapped[str] = mapped_column(primary_key=True, default="", server_default="")
    last: Mapped[date]
    ok: Mapped[int]
    p50: Mapped[float | None]
    p95: Mapped[float | None]
    longest: Mapped[float | None]
