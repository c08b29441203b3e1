"""Moves of an account (docs/states.md). Every leaving of active is recorded as `accounts.left_active`, every coming back as
`accounts.came_back`, with the kind that publishing turns into a hold: `account_paused` (a person) or `account_down`."""

from __future__ import annotations

import uuid
from datetime import timedelta

import sqlalchemy as sa

from app.accounts import queries, sealing
from app.accounts.models import ACCOUNT, Account
from app.audit import actions as audit
from app.core import settings
from app.core.db import db
from app.lib import clock
from app.lib.errors import Conflict, NotFound

PAUSED, DOWN = "account_paused", "account_down"


def lock(account_id: uuid.UUID | str) -> Account:
    """The row, locked and read anew: two workers that report the same account take turns. Raises NotFound."""
    statement = sa.select(Account).where(Account.id == uuid.UUID(str(account_id)))
    found: Account | None = db.session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such account.")
    return found


def pause(account: Account, why: str = "") -> None:
    """A person stops everything on this account. Raises Conflict when it is paused already."""
    account = lock(account.id)
    if account.paused_at is not None:
        raise Conflict("This account is paused already.")
    account.paused_at = clock.now()
    audit.record("accounts.left_active", account, note=f"Paused. {why}".strip(), kind=[None, PAUSED])


def resume(account: Account) -> None:
    """A person lets it go on. Raises Conflict when it is not paused."""
    account = lock(account.id)
    if account.paused_at is None:
        raise Conflict("This account is not paused.")
    account.paused_at = None
    audit.record("accounts.came_back", account, note="Resumed.", kind=[PAUSED, None])


def mark_down(account: Account, status: str, why: str, field: str = "", lasting: bool = False) -> bool:
    """The platform or the calendar says no: → invalid | expired. True when it was active until now.

    `why` is for people, `field` names the form field to blame. Doing it twice is harmless.
    `lasting`: a right is missing, which no check of the same secrets can see: only other secrets bring the account back.
    """
    account = lock(account.id)
    if lasting:
        account.meta = {
            **account.meta,
            "lacks": {"secrets": sealing.fingerprint(account.id, account.credentials), "why": why[:500]},
        }
    note_check(account, "refused", why, field)
    if account.status == status:
        return False
    before = ACCOUNT.move(account, status)
    if before == "active":
        audit.record(
            "accounts.left_active", account, severity="warning", note=why, status=[before, status], kind=[None, DOWN]
        )
    else:
        audit.record("accounts.verify", account, severity="warning", success=False, error=why, status=[before, status])
    return before == "active"


def mark_active(
    account: Account, why: str = "Works again.", changes: dict[str, list[str | None]] | None = None
) -> bool:
    """It works: → active. False when it was active all the time. `changes`: what the audit entry holds besides."""
    account = lock(account.id)
    account.failure_streak, account.breaker_open_until = 0, None
    if account.status == "active":
        return False
    before = ACCOUNT.move(account, "active")
    audit.record("accounts.came_back", account, note=why, status=[before, "active"], kind=[DOWN, None], changes=changes)
    return True


def note_check(account: Account, outcome: str, message: str, field: str = "", url: str = "") -> None:
    """Keep the last check of the account for its page: when, what, why."""
    tries = int((account.meta.get("check") or {}).get("tries", 0)) + 1 if outcome == "cannot_tell" else 0
    check = {
        "at": clock.now().isoformat(),
        "outcome": outcome,
        "message": message[:500],
        "field": field,
        "tries": tries,
    }
    account.meta = {**account.meta, "check": check, **({"url": url} if url.startswith(("https://", "http://")) else {})}


def expire_due() -> int:
    """Accounts whose time has come: active → expired (docs/states.md, Account). Returns how many."""
    due = queries.expired_accounts()
    for account in due:
        mark_down(account, "expired", "Its sign-in has expired. Reconnect it, and what waits goes on.")
    return len(due)


def warn_of_expiry() -> int:
    """Record once per end date that an account is about to expire. Returns how many."""
    warned = 0
    for account in queries.expiring_accounts(timedelta(days=settings.get("accounts.expiry_notice_days"))):
        end = account.expires_at.isoformat() if account.expires_at else ""
        if account.meta.get("warned_for") != end:
            account.meta = {**account.meta, "warned_for": end}
            audit.record("accounts.expires_soon", account, severity="warning", note="Its sign-in expires soon.")
            warned += 1
    return warned
