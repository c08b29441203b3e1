"""Jobs of accounts. Strings in, no secret in an argument, no exception out of them with a secret in it."""

from __future__ import annotations

from app.accounts import actions, services
from app.core.queue import job
from app.core.transactions import transaction


@job("accounts.verify", formerly="vault.verify")
def verify(credential_id: str) -> None:
    """Sign in to the account and write down what came of it."""
    services.verify(credential_id)


@job("accounts.check_due", formerly="vault.tend")
def check_due() -> None:
    """Once a minute: expire, warn, ask for the checks that are due."""
    transaction(actions.check_due)
