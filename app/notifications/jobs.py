"""Jobs of operations: what people are told after something happened. Each is called with the id of the thing."""

from __future__ import annotations

from app.core.queue import job
from app.core.transactions import transaction
from app.notifications.actions import notify


@job("notifications.tell_of_record", formerly="operations.tell_of_record")
def tell_of_record(record_id: str) -> None:
    transaction(notify.tell_of_record, record_id)


@job("notifications.tell_of_account", formerly="operations.tell_of_account")
def tell_of_account(account_id: str) -> None:
    transaction(notify.tell_of_account, account_id)


@job("notifications.tell_of_expiry", formerly="operations.tell_of_expiry")
def tell_of_expiry(account_id: str) -> None:
    transaction(notify.tell_of_expiry, account_id)


@job("notifications.tell_of_review", formerly="operations.tell_of_review")
def tell_of_review(request_id: str) -> None:
    transaction(notify.tell_of_review, request_id)


@job("notifications.tell_of_decision", formerly="operations.tell_of_decision")
def tell_of_decision(request_id: str) -> None:
    transaction(notify.tell_of_decision, request_id)


@job("notifications.tell_of_undo", formerly="operations.tell_of_undo")
def tell_of_undo(request_id: str) -> None:
    transaction(notify.tell_of_undo, request_id)
