"""Session tokens that all workers share: sealed under `credentials.session`, one value at a time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import sqlalchemy as sa

from app.core import crypto
from app.core.db import db
from app.vault import sealing
from app.vault.actions.states import locked
from app.vault.models import PlatformCredential as Account

FIELD = sealing.SESSION


def read_session(account_id: uuid.UUID | str) -> dict[str, str] | None:
    """What was kept last, opened; None when there is none."""
    account_id = uuid.UUID(str(account_id))
    kept = db.session.scalar(sa.select(Account.credentials[FIELD]).where(Account.id == account_id))
    return sealing.open_tree(account_id, {FIELD: kept})[FIELD] if kept else None


def keep_session(account_id: uuid.UUID | str, secrets: Mapping[str, str], session: Mapping[str, str]) -> bool:
    """Keep what a refresh answered. Empty values never overwrite; False when it was made with replaced secrets."""
    account = locked(account_id)
    if account.deleted_at is not None or not _same(account, secrets):
        return False
    fresh = {name: value for name, value in session.items() if value}
    kept = account.credentials.get(FIELD) or {}
    sealed = sealing.seal_tree(account.id, {FIELD: fresh})[FIELD]
    account.credentials = {**account.credentials, FIELD: {**kept, **sealed}}
    account.key_id = sealing.oldest_key(account.credentials, crypto.ring().newest)
    return True


def _same(account: Account, secrets: Mapping[str, str]) -> bool:
    """Whether the account still has the secrets that the session was made with."""
    named = {name: account.credentials.get(name) for name in secrets}
    if any(value is None for value in named.values()):
        return False
    return dict(sealing.open_tree(account.id, named)) == dict(secrets)
