"""When the last call of a record began: what every rule about a request that may still be alive counts from."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa

from app.core.db import db
from app.publishing.models import PublishAttempt, PublishRecord

_CALLS = sa.select(sa.func.max(PublishAttempt.started_at)).where(PublishAttempt.step == "commit")
LAST_CALL = _CALLS.where(PublishAttempt.record_id == PublishRecord.id).correlate(PublishRecord).scalar_subquery()
"""For a statement over `publish_records`."""


def last_call_at(record_id: uuid.UUID) -> datetime | None:
    """The database's time at which the last create call passed its commit point; None when there was none."""
    return db.session.scalar(_CALLS.where(PublishAttempt.record_id == record_id))
