"""Jobs of delivery. Ids only; the rows say what is to be done."""

from __future__ import annotations

import uuid

from app.core.queue import job
from app.core.transactions import transaction
from app.delivery import duplicates
from app.delivery.actions.invariants import check_recent
from app.delivery.actions.sweep import sweep as sweep_records
from app.delivery.drain import drain


@job("delivery.deliver", queue="publish", timeout=-1, formerly="publishing.deliver")
def deliver(_why: str = "") -> None:
    """Drain what is due. The argument only keeps two jobs apart."""
    drain()


@job("delivery.sweep", formerly="publishing.sweep")
def sweep() -> None:
    """By hand or by a schedule; the clock's sweeper does it every 15 s."""
    transaction(sweep_records)


@job("delivery.check_invariants", formerly="publishing.check_invariants")
def check_invariants() -> None:
    """What must never be true is looked for among the last hour's answers."""
    transaction(check_recent)


@job("delivery.check_duplicates", formerly="publishing.check_twins")
def check_duplicates() -> None:
    """Lists are looked at once more after a resend; a duplicate is an alarm."""
    duplicates.check_due()


@job("delivery.withdraw", formerly="publishing.withdraw")
def withdraw(attempt_id: str) -> None:
    """A person chose one of two posts to be taken down."""
    duplicates.withdraw(uuid.UUID(attempt_id))
