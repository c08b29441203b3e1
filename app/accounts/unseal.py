"""Unsealing an account: from the sealed row to the `UnsealedAccount` that a connector is given. Inside workers only.

In: the row. Out: `platforms.base.UnsealedAccount`, whose repr shows no secret. Errors: Unsealable, NotFound, Conflict.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from app.accounts import queries, sealing
from app.accounts.actions import states
from app.accounts.actions.sessions import FIELD, has_moved, read_session
from app.accounts.models import Account
from app.core import crypto
from app.lib.errors import Conflict
from app.platforms.base import UnsealedAccount


def unseal(row: Account) -> UnsealedAccount:
    """The account with its secrets in clear. The shared session is not part of it: `Sessions` hands it out."""
    sealed = {name: value for name, value in row.credentials.items() if name != FIELD}
    return UnsealedAccount(
        slug=row.platform,
        name=row.account_name,
        account_id=row.account_id or "",
        configuration=dict(row.configuration),
        secrets=_flat(sealing.open_tree(row.id, sealed)),
        key=str(row.id),
    )


def unseal_by_id(credential_id: uuid.UUID | str) -> UnsealedAccount:
    """The same from an id, within a step. Raises Conflict for a disconnected account."""
    row = queries.by_id(credential_id)
    if row.deleted_at is not None:
        raise Conflict(f"The account “{row.account_name}” is disconnected.")
    return unseal(row)


def unseal_with_version(credential_id: uuid.UUID | str) -> tuple[UnsealedAccount, int]:
    """For verification: the account, and the version of its secrets."""
    return unseal_by_id(credential_id), queries.by_id(credential_id).secrets_version


def is_current(account: UnsealedAccount, session: Mapping[str, str] | None = None, lock: bool = False) -> bool:
    """Whether the account still signs in at the address, with the secrets and the session of a call: only then does the call's answer say
    something about it. `lock`: nobody replaces them before the step ends.
    """
    row = states.lock(account.key) if lock else queries.by_id(account.key)
    try:
        same = row.deleted_at is None and unseal(row).secrets == account.secrets and not has_moved(row, account)
        return same and (session is None or read_session(row.id) == session)
    except crypto.Unsealable:  # sealed anew, under a key that came after this process began
        return False


def _flat(tree: dict[str, object], path: str = "") -> dict[str, str]:
    """Nested secrets (cookies) by dotted name."""
    found: dict[str, str] = {}
    for name, value in tree.items():
        full = f"{path}.{name}" if path else name
        if isinstance(value, dict):
            found |= _flat(value, full)
        elif isinstance(value, str):
            found[full] = value
    return found
