"""How a look or a confirmation moves its record: fenced, told in the history, rolled up."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.audit.actions import record as audit
from app.core.db import db
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.write import write
from app.publishing.actions.lease import FREE, RECORDS, fenced
from app.publishing.actions.rows import derive, wake

MOVES = {
    "success": "succeeded",
    "retrying": "sends_again",
    "cancelled": "cancelled",
    "failed": "failed",
    "unknown": "unsure",
}


def is_ours(task: Delivery) -> bool:
    """Lock the record; False when its claim is over. Asked before anything is written, because a step is run again when the
    database went away while it kept the first run."""
    return db.session.scalar(sa.select(RECORDS.c.id).where(*fenced(task)).with_for_update()) is not None


def free(status: str) -> dict[str, Any]:
    """The columns of a record that nobody holds and that waits for nothing."""
    return {"status": status, **FREE, "next_retry_at": None, "unknown_since": None}


def moved(task: Delivery, columns: dict[str, Any], note: str) -> None:
    """Write the record, its history and its job, if it is still ours."""
    if not write(task, columns):
        return
    audit(
        f"publishing.{MOVES[columns['status']]}",
        ("publish_records", task.id),
        label=task.label,
        note=note or None,
        status=[task.status, columns["status"]],
        severity="error" if columns["status"] == "failed" else "info",
    )
    derive(task.job_id, flush=False)
    wake()
