"""Tables `audit_log` (docs/data-model.md: of B, C and D in one), `audit_seals`, `events`, `event_deliveries`."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA, INET
from sqlalchemy.orm import Mapped, mapped_column

from app.core import settings
from app.core.db import Row, db
from app.core.ids import uuid7

ACTOR_TYPES = ("planner", "worker", "judge", "human", "system")
SEVERITIES = ("info", "warning", "error")
PARTITIONS_AHEAD = 3  # months

settings.declare_group("audit", "Audit", 60)
SEAL_ALARM = settings.declare(
    "audit.seal_alarm_minutes",
    15,
    int,
    "Say so when no audit entry could be sealed for this long.",
    minimum=2,
    maximum=1440,
    unit="minutes",
)


def _one_of(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


class AuditEntry(db.Model):  # type: ignore[name-defined,misc]
    """One thing that somebody did. `occurred_at` is the transaction's start and is refused when written by hand."""

    __tablename__ = "audit_log"

    occurred_at: Mapped[datetime] = mapped_column(primary_key=True, server_default=sa.text("now()"))
    # the sentinel lets several entries of one transaction travel in one statement
    id: Mapped[uuid.UUID] = mapped_column(
        primary_key=True, default=uuid7, server_default=sa.text("gen_random_uuid()"), insert_sentinel=True
    )
    trace_id: Mapped[str]
    actor_type: Mapped[str]
    actor_id: Mapped[str | None]
    actor_name: Mapped[str | None]  # + as it was then: people are renamed
    entity_type: Mapped[str | None]
    entity_id: Mapped[str | None]
    entity_label: Mapped[str | None]  # + its title as it was then
    action: Mapped[str]
    tool_name: Mapped[str | None]
    inputs_hash: Mapped[str | None]
    output_summary: Mapped[str | None]
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=sa.text("'{}'::jsonb"))
    severity: Mapped[str] = mapped_column(default="info", server_default="info")
    ip_address: Mapped[Any | None] = mapped_column(INET)
    user_agent: Mapped[str | None]
    session_id: Mapped[str | None]
    success: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    error_message: Mapped[str | None]

    __table_args__ = (
        _one_of("actor_type", ACTOR_TYPES),
        _one_of("severity", SEVERITIES),
        sa.Index("idx_audit_trace", "trace_id"),
        sa.Index("idx_audit_entity", "entity_type", "entity_id", "occurred_at"),
        sa.Index("idx_audit_actor", "actor_type", "actor_id", "occurred_at"),
        sa.Index("idx_audit_action", "action", "occurred_at"),
        sa.Index("idx_audit_severity", "occurred_at", "id", postgresql_where=sa.text("severity <> 'info'")),
        sa.Index("idx_audit_refused", "occurred_at", "id", postgresql_where=sa.text("NOT success")),
        {"postgresql_partition_by": "RANGE (occurred_at)"},
    )


class AuditSeal(db.Model):  # type: ignore[name-defined,misc]
    """The entries of [from_at, to_at) as they were. `leaves` holds id and hash of each, 48 bytes an entry, so that
    a difference can be named; `root_hash` covers them and the root before it."""

    __tablename__ = "audit_seals"

    day: Mapped[date] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    rows: Mapped[int]
    root_hash: Mapped[str] = mapped_column(sa.CHAR(64))
    prev_root: Mapped[str] = mapped_column(sa.CHAR(64))
    leaves: Mapped[bytes] = mapped_column(BYTEA)
    form: Mapped[int] = mapped_column(sa.SmallInteger, default=1, server_default=sa.text("1"))
    sealed_at: Mapped[datetime] = mapped_column(server_default=sa.text("clock_timestamp()"))
    key_name: Mapped[str | None]  # which of `audit_keys`; none for form 1

    __table_args__ = (
        sa.CheckConstraint("from_at < to_at", name="span"),
        sa.UniqueConstraint("to_at", name="uq_audit_seals_to_at"),
    )


class AuditKey(db.Model):  # type: ignore[name-defined,misc]
    """A key of the seals, itself sealed by PRESSROOM_KEYS: the database alone opens none. Never deleted."""

    __tablename__ = "audit_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    made_under: Mapped[str]  # the newest key of the ring then: with the next one a new key is made
    sealed: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.text("now()"))


class AuditCheck(db.Model):  # type: ignore[name-defined,misc]
    """What the last check found. `kind`: "new" (what was sealed since the check before), "all"."""

    __tablename__ = "audit_checks"

    kind: Mapped[str] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime]
    seals: Mapped[int]
    rows: Mapped[int]
    problems: Mapped[int]
    findings: Mapped[list[Any]] = mapped_column(default=list, server_default=sa.text("'[]'::jsonb"))
    mark: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=sa.text("'{}'::jsonb"))

    __table_args__ = (_one_of("kind", ("new", "all")),)


class Event(Row):
    """A recorded action that something follows (of C and E: docs/data-model.md). Never changed."""

    __tablename__ = "events"

    event_type: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=sa.text("'{}'::jsonb"))
    severity: Mapped[str] = mapped_column(default="info", server_default="info")
    service_name: Mapped[str | None]
    occurred_at: Mapped[datetime] = mapped_column(server_default=sa.text("now()"))

    __table_args__ = (_one_of("severity", SEVERITIES), sa.Index("idx_events_type_created", "event_type", "created_at"))


class EventDelivery(db.Model):  # type: ignore[name-defined,misc]
    """One job that follows one event; open until `handled_at`. A sweeper rings the open ones again."""

    __tablename__ = "event_deliveries"

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    consumer: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))
    next_try_at: Mapped[datetime] = mapped_column(server_default=sa.text("now()"))
    handled_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    __table_args__ = (
        sa.Index("idx_event_deliveries_open", "next_try_at", postgresql_where=sa.text("handled_at IS NULL")),
    )
