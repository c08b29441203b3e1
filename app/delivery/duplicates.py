"""Looking for duplicates and withdrawing one: step → call without an open transaction → step, as in `deliver.py`.

Neither sends anything. A post is deleted only where the same look shows another one of the record that stays.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace

from app.core.transactions import transaction
from app.delivery.actions import duplicates, reconcile
from app.delivery.actions.delivery import Delivery
from app.delivery.connector_context import CommitHook, context
from app.delivery.deliver import lookup
from app.lib import redact
from app.platforms.base import Found, Lookup, Verdict
from app.publishing.queries import duplicates as queries

log = logging.getLogger(__name__)


def check_due() -> int:
    """Look at the lists that are due, and do again what was asked for and has no answer. Returns how many lists."""
    for attempt_id in transaction(queries.open_withdrawals):
        withdraw(attempt_id)
    due = transaction(queries.due_checks)
    for record_id in due:
        check(record_id)
    return len(due)


def check(record_id: uuid.UUID) -> None:
    """One look for a second post of a record that was sent again."""
    delivery = transaction(duplicates.prepare_check, record_id)
    if delivery is not None:
        transaction(duplicates.settle_check, delivery, _lookup(delivery))


def withdraw(attempt_id: uuid.UUID) -> None:
    """Take down the post that a person chose, if another one of the record is surely there."""
    withdrawal = transaction(duplicates.prepare_withdrawal, attempt_id)
    if withdrawal is None:
        return
    look = _lookup(withdrawal.delivery)
    there = [one.post_id for one in (look, *look.others)] if isinstance(look, Found) else []
    if withdrawal.stays.post_id in there:
        verdict = _delete(withdrawal.delivery, withdrawal.goes)
    else:
        words = "Nothing was withdrawn: the list does not show the post that would stay. Look there yourself."
        verdict = Verdict("no", error_type="platform_error", message=words, matched_by="look")
    transaction(duplicates.settle_withdrawal, attempt_id, withdrawal.stays, verdict)


def _lookup(delivery: Delivery) -> Lookup:
    """The list from the first sending until now: what came late has come after every attempt's time."""
    return lookup(delivery, replace(transaction(reconcile.other_posts, delivery), until=None))


def _delete(delivery: Delivery, post_id: str) -> Verdict:
    try:
        return delivery.connector.delete(context(delivery, CommitHook(delivery)), delivery.account, post_id)
    except Exception as error:
        log.exception("delete of the %s connector failed", delivery.connector.spec.slug)
        words = redact.text(f"Withdrawing failed: {type(error).__name__}: {error}", delivery.account.secrets.values())
        return Verdict("unknown", error_type="unknown", message=words, matched_by="exception")
