"""Reads for sealing and verifying: entries as leaves, seals in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.audit.hash_chain import COLUMNS, leaf
from app.audit.models import AuditEntry, AuditSeal
from app.core.db import db

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Whole microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def newest_seal() -> AuditSeal | None:
    """The last seal of the chain."""
    return db.session.scalar(sa.select(AuditSeal).order_by(AuditSeal.to_at.desc()).limit(1))


def seal_name(seal: AuditSeal) -> str:
    """Its name: the day and its number on that day."""
    return f"{seal.day}#{seal.seq}"


def seal_covering(moment: datetime) -> AuditSeal | None:
    """The seal whose span holds that moment."""
    first_after = sa.select(AuditSeal).where(AuditSeal.to_at > moment).order_by(AuditSeal.to_at).limit(1)
    return db.session.scalar(first_after)


def seals(after: datetime | None = None, most: int | None = None) -> Iterator[AuditSeal]:
    """Seals in the order of their spans: all, or at most so many of those that end after a moment."""
    statement = sa.select(AuditSeal).order_by(AuditSeal.to_at).limit(most).execution_options(yield_per=500)
    if after is not None:
        statement = statement.where(AuditSeal.to_at > after)
    yield from db.session.scalars(statement)


def entry_leaves(start: datetime | None = None, end: datetime | None = None) -> Iterator[tuple[datetime, bytes, bytes]]:
    """(time, id, hash) of the entries in [start, end), in order, without holding them in memory."""
    columns = [sa.cast(getattr(AuditEntry, name), sa.Text) for name in COLUMNS]
    statement = sa.select(AuditEntry.occurred_at, AuditEntry.id, *columns).order_by(
        AuditEntry.occurred_at, AuditEntry.id
    )
    if start is not None:
        statement = statement.where(AuditEntry.occurred_at >= start)
    if end is not None:
        statement = statement.where(AuditEntry.occurred_at < end)
    for moment, key, *values in db.session.execute(statement.execution_options(yield_per=1000)):
        yield moment, key.bytes, leaf(micros(moment), key.bytes, values)
