"""Checking an account's sign-in: when it is due, and what follows from what the connector found."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from app.accounts import queries, sealing
from app.accounts.actions.states import expire_due, lock, mark_active, mark_down, note_check, warn_of_expiry
from app.accounts.models import Account
from app.accounts.remote import remote_account, without_query
from app.audit import actions as audit
from app.core import settings
from app.core.queue import enqueue
from app.lib import clock
from app.platforms import registry
from app.platforms.base import CannotTell, Check, Refused, Verified
from app.platforms.blame import RIGHT, advice


def settle_check(account_id: uuid.UUID | str, check: Check, secrets_version: int | None = None) -> Account:
    """Write down what `verify` found. An answer about secrets that were replaced meanwhile (another `secrets_version`) is dropped."""
    account = lock(account_id)
    if account.deleted_at is not None or secrets_version not in (None, account.secrets_version):
        return account
    if isinstance(check, Verified):
        _settle_verified(account, check)
    elif isinstance(check, Refused):
        mark_down(account, "invalid", check.message, check.field)
    else:
        _settle_unclear(account, check)
    return account


def _settle_verified(account: Account, check: Verified) -> None:
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
    if lacks := _missing_right(account):
        mark_down(account, "invalid", lacks)
        return
    note_check(account, "verified", _sign_in_message(account, check), url=check.url)
    changes = {} if account.remote_account == before else {"remote_account": [before or None, without_query(found)]}
    if not mark_active(account, "Signed in.", changes):
        audit.record("accounts.verify", account, note="Works.", changes=changes)


def _is_another(account: Account, check: Verified, found: str) -> bool:
    """Who answered before is who answers now: server and id together, for an id says little on another server."""
    if account.remote_account and found:
        return account.remote_account != found
    return bool(account.account_id and check.account_id and account.account_id != check.account_id)


def _refuse_another(account: Account, check: Verified, found: str) -> None:
    """Posts that wait were approved for the one it was: they stay held, and nothing goes out as somebody else."""
    who = check.name or "somebody else"
    message = f"This sign-in belongs to {who}, another account than before. What waits here is not sent there."
    if who == account.account_name or (account.account_id and account.account_id == check.account_id):
        message = f"Another server answers for {who} now, so it is another account than before. What waits here is not sent there."
    mark_down(account, "invalid", f"{message} Reconnect it as it was, or connect that one as a new account.")
    identity = [
        without_query(account.remote_account or account.account_id or ""),
        without_query(found or check.account_id),
    ]
    audit.record(
        "accounts.verify", account, severity="warning", success=False, error="Another account answered.",
        note="Refused: it is not the account that it was.", remote_account=identity,
    )  # fmt: skip


def _sign_in_message(account: Account, check: Verified) -> str:
    """Who it is, and which other accounts here are the same one."""
    message = f"Signed in as {check.name}." if check.name else "Works."
    others = queries.accounts_at_same_place(account)
    return message + (f" {duplicate_note(others)}" if others else "")


def duplicate_note(others: Sequence[Account]) -> str:
    """That a remote account is connected more than once, in words."""
    names = ", ".join(f"“{other.account_name}”" for other in others[:3]) + (" and others" if len(others) > 3 else "")
    return f"Already connected as {names}: posts count together."


def _missing_right(account: Account) -> str:
    """Why these very secrets may not post, though they sign in; "" when nothing of the kind is known of them."""
    known = account.meta.get("lacks") or {}
    if not known or known.get("secrets") != sealing.fingerprint(account.id, account.credentials):
        return ""
    return str(known.get("why") or advice(RIGHT))


def _settle_unclear(account: Account, check: CannotTell) -> None:
    """No reason to disconnect: the status stays, the page shows what was found, `check_due` checks again."""
    note_check(account, "cannot_tell", check.reason)
    audit.record("accounts.verify", account, severity="warning", success=False, error=check.reason)


def request_check(account: Account) -> None:
    """A person asks for a check now."""
    enqueue("accounts.verify", str(account.id))


def check_due() -> None:
    """Once a minute: expire, warn, and ask for a check of accounts that wait for one or had none for long."""
    expire_due()
    warn_of_expiry()
    for account_id in queries.due_for_check(timedelta(hours=settings.get("accounts.verify_every_hours"))):
        enqueue("accounts.verify", str(account_id))
