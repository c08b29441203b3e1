"""A definite no that was read late, after the sweep: it makes the look unnecessary."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.delivery import retry
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.outcome import move, release_columns
from app.delivery.actions.write import NOW, DatabaseTime
from app.platforms.base import Verdict
from app.publishing.models import PublishAttempt

BLIP = timedelta(seconds=30)


def late_no(delivery: Delivery) -> Verdict | None:
    """A definite no that came after the sweep, as a verdict; None when the last call has no answer."""
    last = db.session.scalars(
        sa.select(PublishAttempt)
        .where(PublishAttempt.record_id == delivery.id, PublishAttempt.step == "commit")
        .order_by(PublishAttempt.started_at.desc())
        .limit(1)
    ).first()
    if last is None or last.outcome != "no":
        return None
    kind: Any = last.error_type
    return Verdict(
        "no",
        error_type=kind,
        message=last.message or "",
        code=last.platform_code or "",
        http_status=last.http_status,
        own_words=bool((last.response or {}).get("own_words")),
        matched_by=last.matched_by or "",
        final=kind in retry.NEVER,
    )


def settle_late_no(delivery: Delivery, verdict: Verdict) -> None:
    """unknown → retrying or failed: the platform did answer, we only read it late.

    A refused sign-in is tried again: whoever read it late had no turn left to refresh it, or to say that the account is down.
    """
    follows = retry.decide(
        verdict,
        retries=delivery.retries,
        max_retries=delivery.max_retries,
        waits=1,
        jitter=0,
        sign_in_again=verdict.error_type == "auth_failed",
    )
    columns = release_columns(follows.status) | {
        "error_type": verdict.error_type,
        "error_message": verdict.message or None,
    }
    if follows.status == "failed":
        columns |= {"dead_letter_at": NOW, "dead_letter_reason": follows.dead, "next_retry_at": None}
    else:
        columns |= {
            "next_retry_at": DatabaseTime(follows.wait or BLIP),
            "retry_count": delivery.retries + follows.uses_retry,
        }
    if delivery.barred:
        columns = release_columns("cancelled")
    move(delivery, columns, "A late answer: the platform refused it.")
