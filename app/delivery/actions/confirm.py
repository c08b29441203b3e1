"""What became of a post that the platform had accepted."""

from __future__ import annotations

from typing import Any

from app.accounts.actions import note_success
from app.core.db import database_now
from app.delivery import retry
from app.delivery.actions import remarks
from app.delivery.actions.account_health import mark_account_down
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.outcome import lock_if_held, move, release_columns
from app.delivery.actions.settle import add_attempt
from app.delivery.actions.settle_columns import attempt_columns, unknown_columns
from app.delivery.actions.write import NOW, DatabaseTime, write
from app.platforms.base import Verdict
from app.publishing import reconcile

CONFIRM_LOOKS = 200
"""After so many looks at an accepted post nobody can say what became of it."""


def settle_confirm(delivery: Delivery, verdict: Verdict) -> None:
    """confirming → success, failed, unknown, or the next look; written once."""
    if not lock_if_held(delivery):
        return
    add_attempt(delivery, "confirm", attempt_columns(verdict) | {"request": dict(verdict.request) or None})
    if verdict.outcome == "yes":
        note_success(delivery.credential_id)
        found = {"platform_post_id": verdict.post_id, "platform_url": verdict.url or None, "published_at": NOW}
        move(
            delivery,
            release_columns("success") | found | remarks.metadata_column(verdict.remarks),
            "The platform says that it is live.",
        )
    elif verdict.outcome == "no" and verdict.final and verdict.error_type != "auth_failed":
        ended = (
            release_columns("cancelled") if delivery.barred else release_columns("failed") | _refusal_columns(verdict)
        )
        move(delivery, ended, verdict.message)
    elif verdict.outcome == "unknown" or delivery.lookups + 1 >= CONFIRM_LOOKS:
        case = reconcile.Case(delivery.connector.spec, delivery.began)
        move(delivery, release_columns("unknown") | unknown_columns(case, database_now()), verdict.message)
    else:
        if verdict.error_type == "auth_failed" and verdict.account:
            mark_account_down(delivery, verdict)
        later = {
            "look_count": delivery.lookups + 1,
            "next_retry_at": DatabaseTime(verdict.retry_after or retry.CONFIRM_EVERY),
        }
        write(delivery, release_columns("confirming") | later)


def _refusal_columns(verdict: Verdict) -> dict[str, Any]:
    return {
        "was_unknown": True,  # it was accepted once: a replay looks first
        "error_type": verdict.error_type or "platform_error",
        "error_message": verdict.message or None,
        "dead_letter_at": NOW,
        "dead_letter_reason": verdict.error_type,
    }
