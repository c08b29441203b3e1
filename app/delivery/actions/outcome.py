"""How a look or a confirmation moves its record: fenced, told in the history, rolled up."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.audit import actions as audit
from app.core.db import db
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.write import write
from app.publishing.actions.lease import RECORDS, RELEASED, fence
from app.publishing.actions.rollups import derive
from app.publishing.actions.wake import wake

MOVES = {
    "success": "succeeded",
    "retrying": "sends_again",
    "cancelled": "cancelled",
    "failed": "failed",
    "unknown": "unsure",
}


def lock_if_held(delivery: Delivery) -> bool:
    """Lock the record; False when its claim is over. Asked before anything is written, because a step is run again when the
    database went away while it kept the first run."""
    return db.session.scalar(sa.select(RECORDS.c.id).where(*fence(delivery)).with_for_update()) is not None


def release_columns(status: str) -> dict[str, Any]:
    """The columns of a record that nobody holds and that waits for nothing."""
    return {"status": status, **RELEASED, "next_retry_at": None, "unknown_since": None}


def move(delivery: Delivery, columns: dict[str, Any], note: str) -> None:
    """Write the record, its history and its job, if it is still ours."""
    if not write(delivery, columns):
        return
    audit.record(
        f"publishing.{MOVES[columns['status']]}",
        ("publish_records", delivery.id),
        label=delivery.label,
        note=note or None,
        status=[delivery.status, columns["status"]],
        severity="error" if columns["status"] == "failed" else "info",
    )
    derive(delivery.job_id, flush=False)
    wake()
