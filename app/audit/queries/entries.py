"""The list of entries and one entry."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.audit.models import ACTOR_TYPES, SEVERITIES, AuditEntry
from app.audit.words import ACTORS, SEVERITY_WORDS, current, names, noun, sentence
from app.core.db import db
from app.core.listing import Choice, Listing, Period, Walk, contains
from app.lib.errors import NotFound

ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


KNOWN_FOR = 60.0
"""Seconds. A word that is new to the trail is missing from a menu for so long, and from nothing else."""
_known: dict[str, tuple[float, list[str]]] = {}


def forget() -> None:
    """Ask anew: for another database in the same process."""
    _known.clear()


@dataclass(frozen=True)
class Exact:
    """A column equal to the text as given: for links such as "all by this person"."""

    column: sa.orm.InstrumentedAttribute[str | None]
    label: str
    choices: Callable[[], Sequence[tuple[str, str]]] = tuple
    also: Callable[[str], list[str]] | None = None
    """All the values that mean this one."""

    def clause(self, value: str) -> sa.ColumnElement[bool] | None:
        return self.column.in_(self.also(value)) if self.also else self.column == value

    def options(self) -> Sequence[tuple[str, str]]:
        return self.choices()


def _distinct(column: sa.orm.InstrumentedAttribute[str | None], most: int = 200) -> list[str]:
    """The values of an indexed column, found by jumping from one to the next (a loose index scan). Each jump looks into every
    month's partition, so a process remembers them for a while."""
    at, known = _known.get(column.key, (0.0, []))
    if known and time.monotonic() - at < KNOWN_FOR:
        return known
    first = sa.select(sa.func.min(column).label("value")).cte("jump", recursive=True)
    following = sa.select(sa.func.min(column)).where(column > first.c.value).scalar_subquery()
    jump = first.union_all(sa.select(following).where(first.c.value.is_not(None)))
    found = db.session.scalars(sa.select(jump.c.value).where(jump.c.value.is_not(None)).limit(most))
    known = [value for value in found if value]
    _known[column.key] = (time.monotonic(), known)
    return known


def _actions() -> list[tuple[str, str]]:
    known = {current(value) for value in _distinct(AuditEntry.action)}
    return sorted(((value, sentence(value)) for value in known), key=lambda pair: pair[1].lower())


def _entity_types() -> list[tuple[str, str]]:
    return sorted(
        ((value, noun(value)) for value in _distinct(AuditEntry.entity_type)), key=lambda pair: pair[1].lower()
    )


def _search(text: str) -> sa.ColumnElement[bool] | Walk:
    """An id or trace id whole, by index; else part of a name, a title, an action or an error, looked for from the newest on."""
    looked_for = text.lower()
    if ID.fullmatch(looked_for):
        entity = sa.and_(
            AuditEntry.entity_type.in_(_distinct(AuditEntry.entity_type)), AuditEntry.entity_id == looked_for
        )
        return sa.or_(AuditEntry.trace_id == looked_for, entity)
    columns = (AuditEntry.actor_name, AuditEntry.entity_label, AuditEntry.action, AuditEntry.error_message)
    exact = sa.or_(AuditEntry.trace_id == looked_for, AuditEntry.entity_id == looked_for)
    return Walk(sa.or_(exact, contains(columns, text)))


OUTCOMES = (("yes", "Done"), ("no", "Refused or failed"))

LISTING = Listing(
    select=sa.select(AuditEntry),
    search=_search,
    filters={
        "who": Choice(AuditEntry.actor_type, [(key, ACTORS[key]) for key in ACTOR_TYPES], label="Actor"),
        "entity": Exact(AuditEntry.entity_type, "Kind", _entity_types),
        "action": Exact(AuditEntry.action, "Action", _actions, names),
        "severity": Choice(AuditEntry.severity, [(key, SEVERITY_WORDS[key]) for key in SEVERITIES], label="Severity"),
        "outcome": Choice(
            lambda value: AuditEntry.success if value == "yes" else ~AuditEntry.success, OUTCOMES, label="Outcome"
        ),
        "since": Period(AuditEntry.occurred_at, label="Period"),
        "actor": Exact(AuditEntry.actor_id, "Person"),
        "id": Exact(AuditEntry.entity_id, "Thing"),
        "trace": Exact(AuditEntry.trace_id, "Trace"),
    },
    sorts={"time": AuditEntry.occurred_at},
    default="-time",
    tiebreak=AuditEntry.id,
    per_page=50,
)


def entry_key(found: AuditEntry) -> str:
    """The address of an entry: its time in microseconds and its id, so that one partition is read."""
    return f"{(found.occurred_at - _EPOCH) // timedelta(microseconds=1)}-{found.id}"


def entry(key: str) -> AuditEntry:
    """The entry at that address. Raises NotFound, for garbage too."""
    micros, _, rest = key.partition("-")
    try:
        moment, entry_id = _EPOCH + timedelta(microseconds=int(micros)), uuid.UUID(rest)
    except (ValueError, OverflowError):
        raise NotFound("There is no such audit entry.") from None
    found = db.session.get(AuditEntry, (moment, entry_id))
    if found is None:
        raise NotFound("There is no such audit entry.")
    return found


def entries_of_trace(found: AuditEntry, limit: int = 50) -> Sequence[AuditEntry]:
    """What else happened under the same trace id, oldest first."""
    same = sa.select(AuditEntry).where(AuditEntry.trace_id == found.trace_id, AuditEntry.id != found.id)
    return db.session.scalars(same.order_by(AuditEntry.occurred_at, AuditEntry.id).limit(limit)).all()
