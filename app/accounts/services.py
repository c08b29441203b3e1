"""Calls to the platforms of accounts: transaction → call without a transaction → transaction."""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace

from app.accounts import actions, connector_context, unseal
from app.core import crypto
from app.core.transactions import transaction
from app.lib import redact
from app.lib.errors import PressroomError
from app.platforms import registry
from app.platforms.base import CannotTell, Check, Context, Refused, UnsealedAccount, Verified

log = logging.getLogger(__name__)


def verify(credential_id: uuid.UUID | str, ctx: Context | None = None) -> Check | None:
    """Sign in to the account and write down what came of it. Nothing it answers or raises carries a secret.

    None when there is nothing to ask (the account is gone or disconnected, or no connector has its platform). An account
    of a platform that cannot be asked counts as verified: its first post tells.
    """
    try:
        account, version = transaction(unseal.unseal_with_version, credential_id)
    except crypto.Unsealable as error:
        check: Check = Refused(f"Its secret cannot be opened: {error}. Put the key back, or reconnect the account.")
        transaction(actions.settle_check, credential_id, check)
        return check
    except PressroomError:
        return None
    if account.slug not in [connector.spec.slug for connector in registry.all()]:
        return None
    check = _ask(ctx or connector_context.context(account), account)
    transaction(actions.settle_check, credential_id, redact_check(check, account), version)
    return check


def _ask(ctx: Context, account: UnsealedAccount) -> Check:
    connector = registry.get(account.slug)
    if "verify" not in connector.spec.can:
        return Verified(account.account_id, account.name)
    try:
        return connector.verify(ctx, account)
    except Exception as error:  # a connector's own fault: the desk says so, without words that might hold a secret
        log.error("verify of account %s (%s) failed: %s", account.key, account.slug, type(error).__name__)
        return CannotTell(f"The {connector.spec.name} connector failed ({type(error).__name__}). Nothing was changed.")


def redact_check(check: Check, account: UnsealedAccount) -> Check:
    """The same answer with every secret of the account taken out of its words: platforms quote what they were sent."""
    if isinstance(check, Refused):
        return replace(check, message=_redact(check.message, account))
    if isinstance(check, CannotTell):
        return replace(check, reason=_redact(check.reason, account))
    return replace(check, name=_redact(check.name, account), url=_redact(check.url, account))


def _redact(text: str, account: UnsealedAccount) -> str:
    return redact.text(text, account.secrets.values())
