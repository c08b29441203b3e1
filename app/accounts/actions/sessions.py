"""Session tokens that all workers share: sealed under `credentials.session`, one value at a time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import sqlalchemy as sa

from app.accounts import sealing
from app.accounts.actions.states import locked
from app.accounts.connect_input import moved
from app.accounts.models import Account
from app.core import crypto
from app.core.db import db
from app.platforms import registry
from app.platforms.base import UnsealedAccount as OpenedAccount

FIELD = sealing.SESSION


def read_session(account_id: uuid.UUID | str) -> dict[str, str] | None:
    """What was kept last, opened; None when there is none."""
    account_id = uuid.UUID(str(account_id))
    kept = db.session.scalar(sa.select(Account.credentials[FIELD]).where(Account.id == account_id))
    return sealing.open_tree(account_id, {FIELD: kept})[FIELD] if kept else None


def keep_session(opened: OpenedAccount, session: Mapping[str, str]) -> bool:
    """Keep what a refresh of this opened account answered. Empty values never overwrite; False when it was made with
    replaced secrets, or at an address that the account no longer has."""
    account = locked(opened.key)
    if account.deleted_at is not None or not _same(account, opened.secrets) or moved_since(account, opened):
        return False
    fresh = {name: value for name, value in session.items() if value}
    kept = account.credentials.get(FIELD) or {}
    sealed = sealing.seal_tree(account.id, {FIELD: fresh})[FIELD]
    account.credentials = {**account.credentials, FIELD: {**kept, **sealed}}
    account.key_id = sealing.oldest_key(account.credentials, crypto.ring().newest)
    return True


def moved_since(account: Account, opened: OpenedAccount) -> bool:
    """Whether the account has another address than when it was opened: what its old server answers says nothing about it."""
    spec = registry.get(account.platform).spec
    return bool(moved(spec, opened.configuration, account.configuration))


def _same(account: Account, secrets: Mapping[str, str]) -> bool:
    """Whether the account still has the secrets that the session was made with."""
    named = {name: account.credentials.get(name) for name in secrets}
    if any(value is None for value in named.values()):
        return False
    return dict(sealing.open_tree(account.id, named)) == dict(secrets)
