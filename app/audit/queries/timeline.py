"""The history of one thing, ready for the timeline macro."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.audit.queries.entries import entry_key
from app.audit.words import field_word, icon, sentence, tone
from app.core.db import db


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """`title` what was done, `who`, `at`; `tone` and `icon` for the dot; `changes` (field, old, new) in words."""

    key: str
    title: str
    who: str
    at: datetime
    tone: str
    icon: str
    note: str | None
    error: str | None
    changes: list[tuple[str, str, str]]
    action: str
    trace_id: str


def timeline(entity_type: str, entity_id: Any, limit: int = 50) -> list[TimelineRow]:
    """The newest entries about one thing, newest first."""
    about = sa.and_(AuditEntry.entity_type == entity_type, AuditEntry.entity_id == str(entity_id))
    newest = sa.select(AuditEntry).where(about).order_by(AuditEntry.occurred_at.desc(), AuditEntry.id.desc())
    return [timeline_row(found) for found in db.session.scalars(newest.limit(limit))]


def timeline_row(found: AuditEntry) -> TimelineRow:
    """An entry in words."""
    return TimelineRow(
        key=entry_key(found), title=sentence(found.action), who=found.actor_name or found.actor_id or "Pressroom", at=found.occurred_at,
        tone=tone(found.action, found.severity, found.success), icon=icon(found.action, found.severity, found.success),
        note=found.output_summary, error=found.error_message, action=found.action, trace_id=found.trace_id,
        changes=[(field_word(name), _format_value(old), _format_value(new)) for name, (old, new) in found.changes.items()],
    )  # fmt: skip


def _format_value(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_format_value(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{field_word(str(name))}: {_format_value(part)}" for name, part in value.items())
    return str(value)
