"""A sign-in that was refused: back to prepare, and on with what a refresh has brought."""

from __future__ import annotations

import uuid
from datetime import timedelta

from app.accounts import queries as account_queries
from app.accounts.actions import settle_check
from app.accounts.models import Account
from app.accounts.unseal import is_current, unseal
from app.core.db import db
from app.delivery.actions.claim import LEASE_SECONDS
from app.delivery.actions.commit import CommitRefused
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.settle import store_answer
from app.delivery.actions.write import DatabaseTime, write
from app.platforms.base import UnsealedAccount, Verdict, Verified


def back_to_prepare(delivery: Delivery, attempt_id: uuid.UUID, verdict: Verdict) -> bool:
    """A 401: the answer is kept and the record starts again at prepare, once. False: the record is not ours now.

    Before the refresh, not after it: a refresh may take longer than the lease, which is renewed in prepare only, and a
    record whose platform said no is not in doubt, whatever becomes of its worker.
    """
    store_answer(attempt_id, verdict)
    columns = {"step": "prepare", "lease_expires_at": DatabaseTime(timedelta(seconds=LEASE_SECONDS))}
    # also from prepare: it is said again when the answer to the first time was lost
    if not write(delivery, columns, leaving=("commit", "prepare")):
        return False
    delivery.step = "prepare"
    return True


def replacement(delivery: Delivery) -> UnsealedAccount | None:
    """The account as it is, when a person or another worker has brought another sign-in since the call began; None when not.
    Raises NotNow while the new one is not to be used: not checked yet, paused, disconnected.
    """
    if is_current(delivery.account, delivery.session):
        return None
    if not account_queries.by_id(delivery.credential_id).is_usable:
        raise CommitRefused
    return unseal_again(delivery.credential_id)


def store_refresh(delivery: Delivery, check: Verified) -> UnsealedAccount:
    """Seal what a refresh has brought, unless the secrets it was made with were replaced meanwhile; the account as it is then."""
    if check.secrets and is_current(delivery.account, lock=True):
        settle_check(delivery.credential_id, check)
        db.session.flush()
    return unseal_again(delivery.credential_id)


def unseal_again(credential_id: uuid.UUID) -> UnsealedAccount:
    """The account with the secrets it has now."""
    return unseal(db.session.get_one(Account, credential_id, populate_existing=True))
