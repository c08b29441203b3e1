"""Who changed which setting last: from the audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from app.audit.models import AuditEntry
from app.core import settings
from app.core.db import db


class Change(NamedTuple):
    """Who changed a setting when; `changes`: `{"value": [before, after]}`."""

    actor_name: str | None
    occurred_at: datetime
    changes: dict[str, Any]


def last_changes() -> dict[str, Change]:
    """Setting → its newest change."""
    statement = (
        sa.select(AuditEntry.entity_id, AuditEntry.actor_name, AuditEntry.occurred_at, AuditEntry.changes)
        .ext(distinct_on(AuditEntry.entity_id))
        .where(AuditEntry.entity_type == "system_config", AuditEntry.action == "operations.set")
        .order_by(AuditEntry.entity_id, AuditEntry.occurred_at.desc())
    )
    found = [(settings.current(name), Change(*change)) for name, *change in db.session.execute(statement)]
    return dict(
        sorted(found, key=lambda one: one[1].occurred_at)
    )  # a setting may have changed under its former name, too
