"""What an answer says about the account: it works, it fails, its sign-in is refused."""

from __future__ import annotations

from datetime import timedelta

from app.accounts import queries as account_queries
from app.accounts.actions import check_soon, mark_down, note_failure, note_success
from app.accounts.unseal import is_current
from app.delivery.actions.delivery import Delivery
from app.platforms.base import Verdict
from app.platforms.blame import ADDRESS, RIGHT

LATELY = timedelta(seconds=30)


def update_health(delivery: Delivery, verdict: Verdict, status: str) -> None:
    """What the answer says about the account: it works, it is down, one more failure in a row, or it has to be checked again."""
    schedule_check(delivery, verdict)
    if verdict.alone:
        return
    if verdict.outcome in ("yes", "accepted"):
        if not delivery.account_healthy:
            note_success(delivery.credential_id)
    elif verdict.account in ("refresh", "down") and status == "failed":
        mark_account_down(delivery, verdict)
    elif verdict.outcome == "no":
        note_failure(delivery.credential_id, verdict.error_type)
    else:
        note_failure(delivery.credential_id, "platform_error" if verdict.http_status else "network_timeout")


def schedule_check(delivery: Delivery, verdict: Verdict) -> None:
    """The refusal may be about limits that have changed: they are read again. A hundred refusals in a row are one reason to look."""
    if verdict.reread_limits:
        check_soon(delivery.credential_id, LATELY)


def mark_account_down(delivery: Delivery, verdict: Verdict) -> None:
    """The account leaves active, unless the refused sign-in was replaced meanwhile. Locks the account: after the record and its
    job, as all do.
    """
    if is_current(delivery.account, delivery.session, lock=True):
        why = verdict.advice or "The platform refused the sign-in."
        field = delivery.connector.spec.address if verdict.blame == ADDRESS else ""
        mark_down(account_queries.by_id(delivery.credential_id), "invalid", why, field, lasting=verdict.blame == RIGHT)
