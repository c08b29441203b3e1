"""Looking for twins and withdrawing one: step → call without an open transaction → step, as in `delivery.py`.

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
from app.delivery.deliver import found
from app.lib import redact
from app.platforms.base import Found, Lookup, Verdict
from app.publishing.queries import duplicates as queries

log = logging.getLogger(__name__)


def check_due() -> int:
    """Look at the lists that are due, and do again what was asked for and has no answer. Returns how many lists."""
    for attempt_id in transaction(queries.withdrawals):
        withdraw(attempt_id)
    due = transaction(queries.due)
    for record_id in due:
        check(record_id)
    return len(due)


def check(record_id: uuid.UUID) -> None:
    """One look for a second post of a record that was sent again."""
    task = transaction(duplicates.look_task, record_id)
    if task is not None:
        transaction(duplicates.settle_look, task, _seen(task))


def withdraw(attempt_id: uuid.UUID) -> None:
    """Take down the post that a person chose, if another one of the record is surely there."""
    begun = transaction(duplicates.begin_withdraw, attempt_id)
    if begun is None:
        return
    look = _seen(begun.task)
    there = [one.post_id for one in (look, *look.others)] if isinstance(look, Found) else []
    if begun.stays.post_id in there:
        verdict = _deleted(begun.task, begun.goes)
    else:
        words = "Nothing was withdrawn: the list does not show the post that would stay. Look there yourself."
        verdict = Verdict("no", error_type="platform_error", message=words, matched_by="look")
    transaction(duplicates.settle_withdraw, attempt_id, begun.stays, verdict)


def _seen(task: Delivery) -> Lookup:
    """The list from the first sending until now: what came late has come after every attempt's time."""
    return found(task, replace(transaction(reconcile.beside, task), until=None))


def _deleted(task: Delivery, post_id: str) -> Verdict:
    try:
        return task.connector.delete(context(task, CommitHook(task)), task.account, post_id)
    except Exception as error:
        log.exception("delete of the %s connector failed", task.connector.spec.slug)
        words = redact.text(f"Withdrawing failed: {type(error).__name__}: {error}", task.account.secrets.values())
        return Verdict("unknown", error_type="unknown", message=words, matched_by="exception")
