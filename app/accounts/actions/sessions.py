"""Session tokens that all workers share: sealed under `credentials.session`, one value at a time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import sqlalchemy as sa

from app.accounts import sealing
from app.accounts.actions.states import lock
from app.accounts.connect_input import changed_addresses
from app.accounts.models import Account
from app.core import crypto
from app.core.db import db
from app.platforms import registry
from app.platforms.base import UnsealedAccount

FIELD = sealing.SESSION


def read_session(account_id: uuid.UUID | str) -> dict[str, str] | None:
    """The session that was kept last, unsealed; None when there is none."""
    account_id = uuid.UUID(str(account_id))
    stored = db.session.scalar(sa.select(Account.credentials[FIELD]).where(Account.id == account_id))
    return sealing.open_tree(account_id, {FIELD: stored})[FIELD] if stored else None


def keep_session(unsealed: UnsealedAccount, session: Mapping[str, str]) -> bool:
    """Keep what a refresh of this unsealed account answered. Empty values never overwrite; False when it was made with
    replaced secrets, or at an address that the account no longer has."""
    account = lock(unsealed.key)
    if account.deleted_at is not None or not _has_secrets(account, unsealed.secrets) or has_moved(account, unsealed):
        return False
    fresh = {name: value for name, value in session.items() if value}
    stored = account.credentials.get(FIELD) or {}
    sealed = sealing.seal_tree(account.id, {FIELD: fresh})[FIELD]
    account.credentials = {**account.credentials, FIELD: {**stored, **sealed}}
    account.key_id = sealing.oldest_key(account.credentials, crypto.ring().newest)
    return True


def has_moved(account: Account, unsealed: UnsealedAccount) -> bool:
    """Whether the account has another address than when it was unsealed: what its old server answers says nothing about it."""
    spec = registry.get(account.platform).spec
    return bool(changed_addresses(spec, unsealed.configuration, account.configuration))


def _has_secrets(account: Account, secrets: Mapping[str, str]) -> bool:
    """Whether the account still has the secrets that the session was made with."""
    named = {name: account.credentials.get(name) for name in secrets}
    if any(value is None for value in named.values()):
        return False
    return dict(sealing.open_tree(account.id, named)) == dict(secrets)
