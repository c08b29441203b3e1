"""What people do with accounts: connect, reconnect, rename, set the posting rules, disconnect."""

from __future__ import annotations

from typing import Any

from app.accounts import connect_input, queries, sealing
from app.accounts.actions.states import DOWN, lock
from app.accounts.connect_input import ConnectInput
from app.accounts.models import ACCOUNT, ON_ABSENT, Account
from app.accounts.posting_rules import KEYS
from app.audit import actions as audit
from app.core import actor, crypto
from app.core.db import db
from app.core.ids import uuid7
from app.core.queue import enqueue
from app.lib import clock
from app.lib.errors import Conflict, Invalid, Overtaken
from app.lib.zone_names import is_zone
from app.platforms import registry
from app.platforms.base import Platform

NO_SECRETS = "token"
"""The credential_type (of A, docs/data-model.md) of a platform that needs no secret (`site`, `sandbox`): its `credentials` are empty."""


def connect(entry: ConnectInput) -> Account:
    """Seal the secrets, keep the account as "checking", ask for the first check.

    Raises Invalid by field: what is missing or misplaced, and a name that is connected already. A name that was
    disconnected comes back as the same account, with its history.
    """
    spec = spec_of(entry.platform)
    _refuse(connect_input.problems(spec, entry))
    account = queries.by_name(spec.slug, entry.name.strip())
    if account is not None and account.deleted_at is None:
        raise Invalid(
            {"name": f"{spec.name} account “{account.account_name}” is connected already. Reconnect it on its page."}
        )
    if account is None:
        account = Account(id=uuid7(), platform=spec.slug, account_name=entry.name.strip())
        account.credentials, account.configuration = {}, {}
        account.created_by = actor.current().person_id
        db.session.add(account)
    account.deleted_at, account.paused_at = (
        None,
        None,
    )  # account_id stays: waiting posts must not go out as somebody else
    account.meta = {"round": account.secrets_version}
    account.status, account.failure_streak, account.breaker_open_until = ACCOUNT.initial, 0, None
    changed = _put(account, spec, entry)
    audit.record(
        "accounts.connect",
        account,
        platform=[None, spec.slug],
        account_name=[None, account.account_name],
        changes=changed,
    )
    enqueue("accounts.verify", str(account.id))
    return account


def reconnect(account: Account, entry: ConnectInput) -> Account:
    """New secrets or settings for the same account. A secret left empty stays as it is. It is checked before it posts.

    Raises Invalid also when the address is another one and a secret was left empty: what was given to one server is not
    sent to the next. That is asked of the locked row, so two tabs cannot bring the one's address and the other's secret
    together.
    """
    spec = spec_of(account.platform)
    _refuse(connect_input.problems(spec, entry, keep_secrets=bool(account.credentials)))
    account = lock(account.id)
    if account.deleted_at is not None:
        raise Conflict("This account is disconnected. Connect it again from the list of accounts.")
    _refuse(connect_input.missing_secrets(spec, entry, account.configuration))
    before = account.status
    if before != "checking":
        ACCOUNT.move(account, "checking")
    changed = _put(account, spec, entry)
    account.expires_at = None
    if before == "active":
        audit.record(
            "accounts.left_active",
            account,
            note="Reconnected; it is checked before it posts.",
            kind=[None, DOWN],
            changes=changed,
        )
    else:
        audit.record("accounts.reconnect", account, status=[before, "checking"], changes=changed)
    enqueue("accounts.verify", str(account.id))
    return account


def _put(account: Account, spec: Platform, entry: ConnectInput) -> dict[str, list[str | None]]:
    """Seal what was entered into the row; a shared session made with the old secrets is dropped. When the address is
    another one, no old secret stays, nor what the old server told of itself. Returns the addresses that changed, each as
    [old, new]."""
    settings = connect_input.clean(spec, entry.configuration)
    changed = connect_input.changed_addresses(spec, account.configuration, settings)
    fresh = {s.name: entry.secrets[s.name].strip() for s in spec.secrets if entry.secrets.get(s.name, "").strip()}
    remaining = (
        {} if changed else {name: value for name, value in account.credentials.items() if name in spec.secret_names}
    )
    gone = connect_input.server_settings(spec, account.configuration, KEYS) if changed else set()
    gone |= {setting.name for setting in spec.configuration}  # a setting that was emptied is not the old one
    account.credentials = {**remaining, **sealing.seal_tree(account.id, fresh)}
    account.credential_type = NO_SECRETS if spec.credential_type == "none" else spec.credential_type
    rest = {name: value for name, value in account.configuration.items() if name not in gone}
    account.configuration = {**rest, **settings}
    account.key_id = sealing.oldest_key(account.credentials, crypto.ring().newest)
    account.meta = {**account.meta, "round": account.secrets_version + 1}
    account.version = (account.version or 0) + 1
    return changed


def rename(account: Account, name: str) -> None:
    """Give it another name. Raises Invalid: empty, taken, or shaped like a secret."""
    spec = spec_of(account.platform)
    name = name.strip()
    wrong = connect_input.problems(spec, ConnectInput(spec.slug, name), keep_secrets=True).get("name")
    taken = queries.by_name(account.platform, name)
    if not wrong and taken is not None and taken.id != account.id:
        wrong = "Another account of this platform has that name."
    _refuse({"name": wrong} if wrong else {})
    before, account.account_name = account.account_name, name
    if before != name:
        audit.record("accounts.set_name", account, account_name=[before, name])


def set_rules(account: Account, rules: dict[str, Any], version: int) -> None:
    """Keep the posting rules. Raises Conflict when somebody else saved meanwhile."""
    account = lock(account.id)
    if account.version != version:
        raise Overtaken(
            "Somebody else changed this account meanwhile. Reload the page; your entries are still in the form."
        )
    if rules.get("on_absent") not in (None, "", *ON_ABSENT):
        raise Invalid({"on_absent": "Choose what happens if the platform shows that a post did not arrive."})
    if rules.get("slots") and not is_zone(rules.get("slots_zone") or ""):
        raise Invalid({"slots_zone": "Choose a time zone from the list, like Europe/Berlin."})
    before = {key: account.configuration.get(key) for key in KEYS}
    after = {key: rules.get(key) for key in KEYS}
    changes = {key: [before[key], after[key]] for key in KEYS if before[key] != after[key]}
    rest = {key: value for key, value in account.configuration.items() if key not in KEYS}
    account.configuration = {**rest, **{key: value for key, value in after.items() if value not in (None, "", [])}}
    account.version += 1
    if changes:
        audit.record("accounts.set_rules", account, changes=changes)


def disconnect(account: Account) -> None:
    """The secrets are forgotten, the row and its history stay. Its open records are held."""
    account = lock(account.id)
    if account.deleted_at is not None:
        raise Conflict("This account is disconnected already.")
    account.deleted_at = clock.now()
    account.credentials, account.key_id, account.expires_at = {}, None, None
    account.version += 1
    audit.record(
        "accounts.left_active",
        account,
        severity="warning",
        note="Disconnected; its secrets were removed.",
        kind=[None, DOWN],
    )


def spec_of(slug: str) -> Platform:
    """The SPEC of a platform. Raises Invalid when no connector has that name."""
    try:
        return registry.get(slug).spec
    except KeyError:
        raise Invalid({"platform": "Choose one of the platforms in the list."}) from None


def _refuse(errors: dict[str, str]) -> None:
    if errors:
        raise Invalid(errors)
