"""The key ring's work: move one account's secrets to the newest key."""

from __future__ import annotations

import uuid

from app.accounts import sealing
from app.accounts.actions.states import lock
from app.audit import actions as audit
from app.core import crypto


def reseal(account_id: uuid.UUID | str) -> bool:
    """Seal everything in the row under the newest key; False when it was there already.

    Raises `crypto.Unsealable` when a value does not open: the row stays as it is.
    """
    account = lock(account_id)
    newest = crypto.ring().newest
    old = sealing.oldest_key(account.credentials, newest)
    if old in (None, newest):
        account.key_id = old
        return False
    account.credentials = sealing.reseal_tree(account.id, account.credentials)
    account.key_id = newest
    audit.record("accounts.rotate_key", account, key_id=[old, newest])
    return True
