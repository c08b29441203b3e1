"""What became of a post that the platform had accepted."""

from __future__ import annotations

from typing import Any

from app.accounts.actions import note_success
from app.delivery import retry
from app.delivery.actions import remarks
from app.delivery.actions.account_health import take_down
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.outcome import free, is_ours, moved
from app.delivery.actions.settle import look_row
from app.delivery.actions.settle_columns import answer_values, doubt
from app.delivery.actions.write import NOW, Now, write
from app.platforms.base import Verdict
from app.publishing import reconcile
from app.publishing.actions.rows import now

CONFIRM_LOOKS = 200
"""After so many looks at an accepted post nobody can say what became of it."""


def settle_confirm(task: Delivery, verdict: Verdict) -> None:
    """confirming → success, failed, unknown, or the next look; written once."""
    if not is_ours(task):
        return
    look_row(task, "confirm", answer_values(verdict) | {"request": dict(verdict.request) or None})
    if verdict.outcome == "yes":
        note_success(task.credential_id)
        found = {"platform_post_id": verdict.post_id, "platform_url": verdict.url or None, "published_at": NOW}
        moved(task, free("success") | found | remarks.found(verdict.remarks), "The platform says that it is live.")
    elif verdict.outcome == "no" and verdict.final and verdict.error_type != "auth_failed":
        ended = free("cancelled") if task.barred else free("failed") | _refused(verdict)
        moved(task, ended, verdict.message)
    elif verdict.outcome == "unknown" or task.looks + 1 >= CONFIRM_LOOKS:
        case = reconcile.Case(task.connector.spec, task.began)
        moved(task, free("unknown") | doubt(case, now()), verdict.message)
    else:
        if verdict.error_type == "auth_failed" and verdict.account:
            take_down(task, verdict)
        later = {
            "look_count": task.looks + 1,
            "next_retry_at": Now(verdict.retry_after or retry.CONFIRM_EVERY),
        }
        write(task, free("confirming") | later)


def _refused(verdict: Verdict) -> dict[str, Any]:
    return {
        "was_unknown": True,  # it was accepted once: a replay looks first
        "error_type": verdict.error_type or "platform_error",
        "error_message": verdict.message or None,
        "dead_letter_at": NOW,
        "dead_letter_reason": verdict.error_type,
    }
