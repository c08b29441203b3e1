"""Monthly partitions of `audit_log`: made ahead of time by the database's own function (migration 0003)."""

from __future__ import annotations

import logging

import sqlalchemy as sa

from app.audit.models import PARTITIONS_AHEAD
from app.core.db import db

log = logging.getLogger(__name__)


def make_partitions(months_ahead: int = PARTITIONS_AHEAD) -> int:
    """This month's partition and the next ones. Returns how many were new; says so loudly when rows had to be moved
    out of the default partition, which fills only when this was not run for months."""
    stranded = db.session.scalar(sa.text("SELECT count(*) FROM audit_log_default")) or 0
    if stranded:
        log.error(
            "%d audit entries lie in the default partition: the clock made no partitions; moving them now", stranded
        )
    made: int = db.session.scalar(sa.select(sa.func.audit_make_partitions(months_ahead))) or 0
    return made
