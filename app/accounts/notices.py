"""What people are told of accounts: one stopped working, a sign-in ends soon."""

from __future__ import annotations

import uuid

from app.accounts.models import Account
from app.core.db import db
from app.core.notices import Notice, notice
from app.platforms import registry
from app.staff import queries as people


@notice("account_left", "Accounts", "plug-connected-x", on=("accounts.left_active",), place=30)
def account_left(account_id: str) -> Notice | None:
    """An account no longer works: those who run the desk. A pause is a person's own doing and tells nobody."""
    account = db.session.get(Account, uuid.UUID(account_id))
    if account is None or account.status not in ("expired", "invalid") or account.deleted_at is not None:
        return None
    why = (account.meta.get("check") or {}).get("message", "")
    moment = f"{account.status}:{account.meta.get('round', 0)}:{account.last_verified_at or ''}"
    return Notice(
        _operators(), f"{_platform(account)} account {account.account_name} stopped working", f"{why} Reconnect it, and what waits goes on.".strip(),
        f"/accounts/{account_id}", "bad", f"left:{account_id}:{moment}", "platform_credentials", account_id,
    )  # fmt: skip


@notice("account_expires", "Ending sign-ins", "clock-exclamation", on=("accounts.expires_soon",), place=40)
def account_expires(account_id: str) -> Notice | None:
    """An account's sign-in ends soon: those who run the desk."""
    account = db.session.get(Account, uuid.UUID(account_id))
    if account is None or account.expires_at is None or account.deleted_at is not None:
        return None
    day = f"{account.expires_at.day} {account.expires_at:%B %Y}"
    return Notice(
        _operators(), f"The sign-in of {account.account_name} on {_platform(account)} ends soon",
        f"It ends on {day}. Reconnect it before then, and nothing has to wait.",
        f"/accounts/{account_id}", "wait", f"expires:{account_id}:{day}", "platform_credentials", account_id,
    )  # fmt: skip


def _operators() -> list[uuid.UUID]:
    return [person.id for person in people.staff("operator")]


def _platform(account: Account) -> str:
    return registry.get(account.platform).spec.name if registry.has(account.platform) else account.platform
