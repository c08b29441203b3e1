"""Jobs of the vault. Strings in, no secret in an argument, no exception out of them with a secret in it."""

from __future__ import annotations

from app.core.queue import job
from app.core.work import step
from app.vault import actions, delivery


@job("vault.verify")
def verify(credential_id: str) -> None:
    """Sign in to the account and write down what came of it."""
    delivery.verify(credential_id)


@job("vault.tend")
def tend() -> None:
    """Once a minute: expire, warn, verify what waits."""
    step(actions.tend)
