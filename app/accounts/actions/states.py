"""Moves of an account (docs/states.md). Every leaving of active is recorded as `accounts.left_active`, every coming back as
`accounts.came_back`, with the kind that publishing turns into a hold: `account_paused` (a person) or `account_down`."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from app.accounts import queries, sealing
from app.accounts.models import ACCOUNT, Account
from app.accounts.remote import plainly, remote_account
from app.audit.actions import record
from app.core import crypto, settings
from app.core.db import db
from app.core.queue import enqueue
from app.lib import clock
from app.lib.errors import Conflict, NotFound
from app.platforms import registry
from app.platforms.base import CannotTell, Check, Refused, Verified
from app.platforms.blame import RIGHT, advice

PAUSED, DOWN = "account_paused", "account_down"


def locked(account_id: uuid.UUID | str) -> Account:
    """The row, locked and read anew: two workers that report the same account take turns. Raises NotFound."""
    statement = sa.select(Account).where(Account.id == uuid.UUID(str(account_id)))
    found: Account | None = db.session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such account.")
    return found


def pause(account: Account, why: str = "") -> None:
    """A person stops everything on this account. Raises Conflict when it is paused already."""
    account = locked(account.id)
    if account.paused_at is not None:
        raise Conflict("This account is paused already.")
    account.paused_at = clock.now()
    record("accounts.left_active", account, note=f"Paused. {why}".strip(), kind=[None, PAUSED])


def resume(account: Account) -> None:
    """A person lets it go on. Raises Conflict when it is not paused."""
    account = locked(account.id)
    if account.paused_at is None:
        raise Conflict("This account is not paused.")
    account.paused_at = None
    record("accounts.came_back", account, note="Resumed.", kind=[PAUSED, None])


def mark_down(account: Account, status: str, why: str, field: str = "", lasting: bool = False) -> bool:
    """The platform or the calendar says no: → invalid | expired. True when it was active until now.

    `why` is for people, `field` names the form field to blame. Doing it twice is harmless.
    `lasting`: a right is missing, which no check of the same secrets can see: only other secrets bring the account back.
    """
    account = locked(account.id)
    if lasting:
        account.meta = {**account.meta, "lacks": {"secrets": _fingerprint(account), "why": why[:500]}}
    note_check(account, "refused", why, field)
    if account.status == status:
        return False
    before = ACCOUNT.move(account, status)
    if before == "active":
        record(
            "accounts.left_active", account, severity="warning", note=why, status=[before, status], kind=[None, DOWN]
        )
    else:
        record("accounts.verify", account, severity="warning", success=False, error=why, status=[before, status])
    return before == "active"


def came_back(account: Account, why: str = "Works again.", changes: dict[str, list[str | None]] | None = None) -> bool:
    """It works: → active. False when it was active all the time. `changes`: what the audit is told besides."""
    account = locked(account.id)
    account.failure_streak, account.breaker_open_until = 0, None
    if account.status == "active":
        return False
    before = ACCOUNT.move(account, "active")
    record("accounts.came_back", account, note=why, status=[before, "active"], kind=[DOWN, None], changes=changes)
    return True


def settle_check(account_id: uuid.UUID | str, check: Check, connected: int | None = None) -> Account:
    """Write down what `verify` found. An answer about secrets replaced meanwhile (`connected`: round) is dropped."""
    account = locked(account_id)
    if account.deleted_at is not None or connected not in (None, account.meta.get("round", 0)):
        return account
    if isinstance(check, Verified):
        _verified(account, check)
    elif isinstance(check, Refused):
        mark_down(account, "invalid", check.message, check.field)
    else:
        _cannot_tell(account, check)
    return account


def _verified(account: Account, check: Verified) -> None:
    configuration = {**account.configuration, **check.configuration}
    host = registry.get(account.platform).host(configuration)
    before, found = account.remote_account, remote_account(account.platform, host, check.account_id)
    if _is_another(account, check, found):
        _refuse_another(account, check, found)
        return
    account.account_id = check.account_id or account.account_id
    account.remote_account = found or before
    account.last_verified_at = clock.now()
    account.expires_at = check.expires_at or account.expires_at
    account.configuration = configuration
    fresh = {name: value for name, value in check.secrets.items() if value}
    if fresh:
        account.credentials = {**account.credentials, **sealing.seal_tree(account.id, fresh)}
    if lacks := _lacks(account):
        mark_down(account, "invalid", lacks)
        return
    note_check(account, "verified", _signed_in(account, check), url=check.url)
    told = {} if account.remote_account == before else {"remote_account": [before or None, plainly(found)]}
    if not came_back(account, "Signed in.", told):
        record("accounts.verify", account, note="Works.", changes=told)


def _is_another(account: Account, check: Verified, found: str) -> bool:
    """Who answered before is who answers now: server and id together, for an id says little on another server."""
    if account.remote_account and found:
        return account.remote_account != found
    return bool(account.account_id and check.account_id and account.account_id != check.account_id)


def _refuse_another(account: Account, check: Verified, found: str) -> None:
    """Posts that wait were approved for the one it was: they stay held, and nothing goes out as somebody else."""
    who = check.name or "somebody else"
    words = f"This sign-in belongs to {who}, another account than before. What waits here is not sent there."
    if who == account.account_name or (account.account_id and account.account_id == check.account_id):
        words = f"Another server answers for {who} now, so it is another account than before. What waits here is not sent there."
    mark_down(account, "invalid", f"{words} Reconnect it as it was, or connect that one as a new account.")
    identity = [plainly(account.remote_account or account.account_id or ""), plainly(found or check.account_id)]
    record(
        "accounts.verify", account, severity="warning", success=False, error="Another account answered.",
        note="Refused: it is not the account that it was.", remote_account=identity,
    )  # fmt: skip


def _signed_in(account: Account, check: Verified) -> str:
    """Who it is, and under which other names the desk has the same one."""
    words = f"Signed in as {check.name}." if check.name else "Works."
    others = queries.also_connected(account)
    return words + (f" {twice(others)}" if others else "")


def twice(others: Sequence[Account]) -> str:
    """That a remote account is connected more than once, in words."""
    names = ", ".join(f"“{one.account_name}”" for one in others[:3]) + (" and others" if len(others) > 3 else "")
    return f"Already connected as {names}: posts count together."


def _lacks(account: Account) -> str:
    """Why these very secrets may not post, though they sign in; "" when nothing of the kind is known of them."""
    known = account.meta.get("lacks") or {}
    if not known or known.get("secrets") != _fingerprint(account):
        return ""
    return str(known.get("why") or advice(RIGHT))


def _fingerprint(account: Account) -> str:
    """Changes with the secrets, tells nothing about them; the shared session does not count."""
    sealed = {name: value for name, value in account.credentials.items() if name != sealing.SESSION}
    try:
        opened = sealing.open_tree(account.id, sealed)
    except crypto.Unsealable:
        return ""
    return hashlib.sha256(json.dumps([str(account.id), opened], sort_keys=True).encode()).hexdigest()[:16]


def _cannot_tell(account: Account, check: CannotTell) -> None:
    """No reason to disconnect: the status stays, the page says what was found, `tend` looks again."""
    note_check(account, "cannot_tell", check.reason)
    record("accounts.verify", account, severity="warning", success=False, error=check.reason)


def note_check(account: Account, outcome: str, message: str, field: str = "", url: str = "") -> None:
    """Keep the last look at the account for its page: when, what, why."""
    tries = int((account.meta.get("check") or {}).get("tries", 0)) + 1 if outcome == "cannot_tell" else 0
    seen = {"at": clock.now().isoformat(), "outcome": outcome, "message": message[:500], "field": field, "tries": tries}
    account.meta = {**account.meta, "check": seen, **({"url": url} if url.startswith(("https://", "http://")) else {})}


def request_check(account: Account) -> None:
    """A person asks for a look now."""
    enqueue("accounts.verify", str(account.id))


def expire_due() -> int:
    """Accounts whose time has come: active → expired (docs/states.md, Account). Returns how many."""
    due = queries.expired()
    for account in due:
        mark_down(account, "expired", "Its sign-in has expired. Reconnect it, and what waits goes on.")
    return len(due)


def warn_of_expiry() -> int:
    """Say once per end date that an account is about to expire. Returns how many were said."""
    said = 0
    for account in queries.expiring(timedelta(days=settings.get("accounts.expiry_notice_days"))):
        end = account.expires_at.isoformat() if account.expires_at else ""
        if account.meta.get("warned_for") != end:
            account.meta = {**account.meta, "warned_for": end}
            record("accounts.expires_soon", account, severity="warning", note="Its sign-in expires soon.")
            said += 1
    return said


def check_due() -> None:
    """Once a minute: expire, warn, and ring for accounts that wait for a look or were not looked at for long."""
    expire_due()
    warn_of_expiry()
    for account_id in queries.to_verify(timedelta(hours=settings.get("accounts.verify_every_hours"))):
        enqueue("accounts.verify", str(account_id))
