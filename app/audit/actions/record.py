"""`record()`: one line of history in the transaction that does the thing."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.audit.actions.events import announce
from app.audit.changes import short, tidy
from app.audit.models import AuditEntry
from app.core import actor
from app.core.db import db
from app.core.ids import uuid7
from app.core.queue import consumers
from app.lib import redact
from app.lib.network import client_address

Subject = Any  # a row, a ("table", "id") pair, or None


ENTRIES: sa.Table = AuditEntry.__table__  # type: ignore[assignment]
_INSERT = sa.insert(ENTRIES)


def record(action: str, subject: Subject = None, **details: Any) -> AuditEntry:
    """Write `action` on `subject` by the current actor; `details` are the keywords of `_columns`, all others are `name=[old, new]`.

    Kept or lost together with the work. Jobs that `app.reactions` names for the action are asked for in the same
    transaction. Returns the entry; it has its time once it is flushed.
    """
    entry = AuditEntry(**_columns(action, subject, **details))
    db.session.add(entry)
    announce(entry)
    return entry


def insert(*entries: dict[str, Any]) -> None:
    """The same for what `entry` made, by one statement and at once: where entries are all that a session would flush, flushing
    costs more."""
    plain = [columns for columns in entries if not consumers(columns["action"])]
    if plain:
        db.session.execute(_INSERT, plain)
    for columns in entries:
        if consumers(columns["action"]):
            db.session.add(followed := AuditEntry(**columns))
            announce(followed)


def entry(action: str, subject: Subject = None, **details: Any) -> dict[str, Any]:
    """The columns of an entry by the current actor, for `insert`; the details are those of `record`."""
    return {"id": uuid7(), **_columns(action, subject, **details)}


def _columns(
    action: str,
    subject: Subject,
    *,
    severity: str = "info",
    success: bool = True,
    error: str | None = None,
    note: str | None = None,
    tool: str | None = None,
    inputs_hash: str | None = None,
    label: str | None = None,
    changes: dict[str, Any] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    who = actor.current()
    kind, key = _identity(subject)
    return {
        "trace_id": who.trace_id, "actor_type": who.type, "actor_id": who.id, "actor_name": who.name,
        "entity_type": kind, "entity_id": key, "entity_label": _cut(label or _label(subject), 200),
        "action": action, "tool_name": tool, "inputs_hash": inputs_hash, "output_summary": _cut(_redact(note), 2000),
        "changes": tidy({**(changes or {}), **fields}), "severity": severity, "success": success, "error_message": _cut(_redact(error), 2000),
        "ip_address": client_address(who.ip), "user_agent": _cut(who.user_agent, 400), "session_id": who.session_id,
    }  # fmt: skip


def _identity(subject: Subject) -> tuple[str | None, str | None]:
    if subject is None:
        return None, None
    if isinstance(subject, tuple):
        kind, key = subject
        return str(kind), None if key is None else str(key)
    if subject.id is None:  # a new row gets its key when it is flushed
        db.session.flush()
    return sa.inspect(subject).mapper.local_table.name, str(subject.id)


def _label(subject: Subject) -> str | None:
    """The title of the thing, as people would say it."""
    if subject is None or isinstance(subject, tuple):
        return None
    names = ("audit_label", "title", "full_name", "name", "account_name", "display_name")
    return next((str(found) for found in (getattr(subject, name, None) for name in names) if found), None)


def _redact(text: str | None) -> str | None:
    """A text that may be a server's, without what is a secret by its shape or one of this process."""
    return text and redact.text(text)


def _cut(text: str | None, longest: int) -> str | None:
    return None if text is None else short(text, longest)
