"""Jobs of publishing. Ids only; the rows say what is to be done."""

from __future__ import annotations

import uuid

from app.core.queue import job
from app.core.work import step
from app.publishing import actions, twins
from app.publishing.drain import drain


@job("publishing.deliver", queue="publish", timeout=-1)
def deliver(_why: str = "") -> None:
    """Drain what is due. The argument only tells bells apart."""
    drain()


@job("publishing.follow_account")
def follow_account(credential_id: str) -> None:
    """An account left active or came back: place or release its holds."""
    step(actions.follow_account, credential_id)


@job("publishing.sweep")
def sweep() -> None:
    """By hand or by a schedule; the clock's sweeper does it every 15 s."""
    step(actions.sweep)


@job("publishing.check_invariants")
def check_invariants() -> None:
    """What must never be true is looked for among the last hour's answers."""
    step(actions.check_recent)


@job("publishing.check_twins")
def check_twins() -> None:
    """Lists are looked at once more after a resend; a twin is an alarm."""
    twins.check_due()


@job("publishing.withdraw")
def withdraw(attempt_id: str) -> None:
    """A person chose one of two posts to be taken down."""
    twins.withdraw(uuid.UUID(attempt_id))
