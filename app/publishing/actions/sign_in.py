"""A sign-in that was refused: back to prepare, and on with what a refresh has brought."""

from __future__ import annotations

import uuid
from datetime import timedelta

from app.core.db import app_now, db
from app.platforms.base import Account, Verdict
from app.publishing.actions.claim import LEASE_SECONDS
from app.publishing.actions.settle import answer, write
from app.publishing.actions.task import Task
from app.vault.models import PlatformCredential
from app.vault.opening import opened


def back_to_prepare(task: Task, attempt_id: uuid.UUID, verdict: Verdict) -> bool:
    """A 401: the answer is kept and the record starts again at prepare, once. False: the record is not ours now.

    Before the refresh, not after it: a refresh may take longer than the lease, which is renewed in prepare only, and a
    record whose platform said no is not in doubt, whatever becomes of its worker.
    """
    answer(attempt_id, verdict)
    return write(task, {"step": "prepare", "lease_expires_at": app_now() + timedelta(seconds=LEASE_SECONDS)})


def reopened(credential_id: uuid.UUID) -> Account:
    """The account with the secrets that a refresh has brought."""
    return opened(db.session.get_one(PlatformCredential, credential_id, populate_existing=True))
