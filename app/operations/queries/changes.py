"""Who changed which setting last: from the audit."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from app.audit.models import AuditEntry
from app.core.db import db


def last_changes() -> dict[str, Any]:
    """Setting → (who, when, changes) of its newest change."""
    statement = (
        sa.select(AuditEntry.entity_id, AuditEntry.actor_name, AuditEntry.occurred_at, AuditEntry.changes)
        .ext(distinct_on(AuditEntry.entity_id))
        .where(AuditEntry.entity_type == "system_config", AuditEntry.action == "operations.set")
        .order_by(AuditEntry.entity_id, AuditEntry.occurred_at.desc())
    )
    return {row.entity_id: row for row in db.session.execute(statement)}
