"""A sign-in that was refused: back to prepare, and on with what a refresh has brought."""

from __future__ import annotations

import uuid
from datetime import timedelta

from app.core.db import db
from app.platforms.base import Account, Verdict, Verified
from app.publishing.actions.claim import LEASE_SECONDS
from app.publishing.actions.commit import NotNow
from app.publishing.actions.settle import answer
from app.publishing.actions.task import Task
from app.publishing.actions.write import Now, write
from app.vault import queries as vault
from app.vault.actions import settle_check
from app.vault.models import PlatformCredential
from app.vault.opening import is_current, opened


def back_to_prepare(task: Task, attempt_id: uuid.UUID, verdict: Verdict) -> bool:
    """A 401: the answer is kept and the record starts again at prepare, once. False: the record is not ours now.

    Before the refresh, not after it: a refresh may take longer than the lease, which is renewed in prepare only, and a
    record whose platform said no is not in doubt, whatever becomes of its worker.
    """
    answer(attempt_id, verdict)
    columns = {"step": "prepare", "lease_expires_at": Now(timedelta(seconds=LEASE_SECONDS))}
    # also from prepare: it is said again when the answer to the first time was lost
    if not write(task, columns, leaving=("commit", "prepare")):
        return False
    task.step = "prepare"
    return True


def replaced(task: Task) -> Account | None:
    """The account as it is, when a person or another worker has brought another sign-in since the call began; None when not.
    Raises NotNow while the new one is not to be used: not checked yet, paused, disconnected.
    """
    if is_current(task.account, task.session):
        return None
    if not vault.by_id(task.credential_id).is_usable:
        raise NotNow
    return reopened(task.credential_id)


def keep_refreshed(task: Task, check: Verified) -> Account:
    """Seal what a refresh has brought, unless the secrets it was made with were replaced meanwhile; the account as it is then."""
    if check.secrets and is_current(task.account, lock=True):
        settle_check(task.credential_id, check)
        db.session.flush()
    return reopened(task.credential_id)


def reopened(credential_id: uuid.UUID) -> Account:
    """The account with the secrets it has now."""
    return opened(db.session.get_one(PlatformCredential, credential_id, populate_existing=True))
