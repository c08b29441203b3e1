"""Locks in PostgreSQL: one for the length of a transaction, one lease for the length of a process."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock_watch import TOLERANCE
from app.core.db import app_now, db


class WorkerLock(db.Model):  # type: ignore[name-defined,misc]
    """A lock by name (of E, docs/data-model.md): who holds a name, until when (database time)."""

    __tablename__ = "worker_locks"

    name: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str]
    acquired_at: Mapped[datetime]
    expires_at: Mapped[datetime]


def advisory(key: str) -> None:
    """Wait for the transaction lock `key`; it is given back with the commit or rollback."""
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(key, 0))))


def lease(name: str, owner: str, seconds: float) -> bool:
    """Take or renew `name` for `owner`. True if free, expired or one's own; False if somebody else holds it.

    A lease that ends later than one taken now could is from before the clock was put back: it is free as well, or its
    dead owner would keep the name for hours. A living owner notices with its next renewal.
    """
    until = app_now() + timedelta(seconds=seconds)
    beyond = app_now() + timedelta(seconds=seconds + TOLERANCE)
    taken = insert(WorkerLock).values(name=name, owner_id=owner, acquired_at=app_now(), expires_at=until)
    statement = taken.on_conflict_do_update(
        index_elements=[WorkerLock.name],
        set_={
            "owner_id": taken.excluded.owner_id,
            "expires_at": taken.excluded.expires_at,
            "acquired_at": sa.case(
                (WorkerLock.owner_id == owner, WorkerLock.acquired_at), else_=taken.excluded.acquired_at
            ),
        },
        where=sa.or_(WorkerLock.owner_id == owner, WorkerLock.expires_at <= app_now(), WorkerLock.expires_at > beyond),
    ).returning(WorkerLock.owner_id)
    return db.session.execute(statement).first() is not None


def release(name: str, owner: str) -> None:
    """Give `name` back, if it is still one's own."""
    db.session.execute(sa.delete(WorkerLock).where(WorkerLock.name == name, WorkerLock.owner_id == owner))
