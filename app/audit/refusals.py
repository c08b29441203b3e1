"""Recording what was refused, in a transaction of its own; the request or worker goes on when that does not work."""

from __future__ import annotations

import logging
import time

import sqlalchemy.exc

from app.audit.actions import record
from app.core.transactions import autonomous

log = logging.getLogger(__name__)
JOBS_EVERY = 60.0  # seconds
_last_job_at = -JOBS_EVERY


def record_refusal(why: str) -> None:
    """Note that somebody tried what their role does not allow."""
    try:
        autonomous(record, "web.refused", None, severity="warning", success=False, error=why)
    except sqlalchemy.exc.SQLAlchemyError as error:
        log.warning("a refusal could not be recorded: %s", type(error).__name__)


def record_refused_job(queue: str, why: str) -> None:
    """Note that somebody put a job into Redis; once a minute, however many they put."""
    global _last_job_at
    if time.monotonic() - _last_job_at < JOBS_EVERY:
        return
    _last_job_at = time.monotonic()
    try:
        autonomous(record, "jobs.refuse", ("queues", queue), label=queue, severity="error", success=False, error=why)
    except sqlalchemy.exc.SQLAlchemyError as error:
        log.warning("a refused job could not be recorded: %s", type(error).__name__)
