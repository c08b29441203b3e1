"""Giving a record back without a verdict: nothing was sent."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.db import app_now, db
from app.delivery.actions.claim import Claimed
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.settle import store_answer
from app.platforms.base import Verdict
from app.publishing.actions.holds import hold
from app.publishing.actions.lease import RELEASED, fence
from app.publishing.actions.rollups import derive
from app.publishing.models import PublishRecord

CRASHES = 3
_BACK = sa.case((PublishRecord.status == "publishing", PublishRecord.claimed_from), else_=PublishRecord.status)

_THIRD_FAILURE = sa.and_(PublishRecord.status == "unknown", PublishRecord.crash_count + 1 >= CRASHES)
"""A look that failed by our own fault for the third time: no more looks, a person is asked."""


def requeue(delivery: Delivery, until: datetime | None = None) -> bool:
    """From prepare (or a look) to where it was claimed from, no retry used; not claimed again before `until`."""
    return _requeue(fence(delivery), {} if until is None else {"next_retry_at": until})


def requeue_claim(claimed: Claimed, crashed: bool = False) -> bool:
    """The same before there is a delivery. `crashed`: preparing failed by our own fault; the third time holds the record."""
    mine = [
        PublishRecord.id == claimed.id,
        PublishRecord.claim_token == claimed.token,
        PublishRecord.step == claimed.step,
    ]
    extra = {
        "crash_count": PublishRecord.crash_count + 1,
        "next_retry_at": sa.case((_THIRD_FAILURE, sa.null()), else_=app_now() + sa.text("interval '30 seconds'")),
    }
    return _requeue(mine, extra if crashed else {})


def requeue_unsent(delivery: Delivery, attempt: uuid.UUID | None) -> bool:
    """The commit statement failed or its answer was lost; either way no byte left, and the attempt says so."""
    if attempt is not None:
        store_answer(
            attempt,
            Verdict(
                "no",
                error_type="network_timeout",
                matched_by="error:database",
                message="Our own database went away before the first byte, so nothing was sent.",
            ),
        )
    return _requeue(fence(delivery, "prepare", "commit"), {})


def hold_as_changed(delivery: Delivery, what: str) -> None:
    """The content is not what was approved: held, not sent."""
    hold("record", delivery.id, "changed", what)
    requeue(delivery)


def _requeue(mine: list[Any], extra: dict[str, Any]) -> bool:
    row = db.session.execute(
        sa.update(PublishRecord)
        .where(*mine)
        .values(status=_BACK, **RELEASED, **extra)
        .returning(PublishRecord.id, PublishRecord.job_id, PublishRecord.crash_count),
        execution_options={"synchronize_session": False},
    ).first()
    if row is None:
        return False
    if "crash_count" in extra and row.crash_count >= CRASHES:
        hold("record", row.id, "human", f"Preparing it failed {row.crash_count} times. The log of the worker says why.")
    derive(row.job_id, flush=False)
    return True
