"""Jobs of publishing."""

from __future__ import annotations

from app.core.queue import job
from app.core.transactions import transaction
from app.publishing import actions


@job("publishing.follow_account")
def follow_account(credential_id: str) -> None:
    """An account left active or came back: place or release its holds."""
    transaction(actions.sync_account_holds, credential_id)
