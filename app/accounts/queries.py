"""Reads of the room: accounts as rows, never a secret in clear."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.accounts.badge import ADDRESS_FIELDS
from app.accounts.models import Account
from app.core.db import app_now, db, find_row
from app.core.listing import Choice, Listing
from app.lib.errors import NotFound
from app.platforms import registry
from app.staff.queries.second_factor import factor_keys

CHECK_AT = sa.cast(Account.meta["check"]["at"].astext, sa.DateTime(timezone=True))
PLACE = sa.func.coalesce(sa.func.nullif(Account.remote_account, ""), sa.cast(Account.id, sa.Text))
"""`Account.place` in SQL."""
TRIES = sa.cast(Account.meta["check"]["tries"].astext, sa.Integer)
AT_ONCE = 20
"""Accounts verified per minute at most, so that a thousand accounts are not checked at once."""


def by_id(account_id: uuid.UUID | str) -> Account:
    """The account, also a disconnected one. Raises NotFound."""
    found = find_row(Account, account_id)
    if found is None:
        raise NotFound("There is no such account.")
    return found


def by_name(platform: str, name: str) -> Account | None:
    """The key that A had (docs/data-model.md): one account per platform and name, connected or not."""
    return db.session.scalar(sa.select(Account).where(Account.platform == platform, Account.account_name == name))


def by_ids(account_ids: Sequence[uuid.UUID | str]) -> list[Account]:
    """The accounts with these ids, in no order; ids that are none are left out."""
    wanted = [uuid.UUID(str(account_id)) for account_id in account_ids]
    return list(db.session.scalars(sa.select(Account).where(Account.id.in_(wanted))))


def connected_accounts() -> list[Account]:
    """Everything that was not disconnected, by platform and name."""
    statement = sa.select(Account).where(Account.deleted_at.is_(None)).order_by(Account.platform, Account.account_name)
    return list(db.session.scalars(statement))


def ids_at_place(account_id: uuid.UUID | str) -> sa.Select[uuid.UUID]:
    """Ids of all accounts of the desk that are the same remote account, itself and disconnected ones included: to stand
    behind an IN."""
    key = uuid.UUID(str(account_id))
    theirs = sa.select(Account.remote_account).where(Account.id == key).scalar_subquery()
    known = sa.and_(Account.remote_account != "", Account.remote_account == theirs)
    return sa.select(Account.id).where(sa.or_(Account.id == key, known))


def list_ids_at_place(credential_id: uuid.UUID | str) -> list[uuid.UUID]:
    """The same, read. Gaps, caps, taken posts and "already live there" count over it."""
    return list(db.session.scalars(ids_at_place(credential_id).order_by(Account.id)))


def accounts_at_same_place(account: Account) -> list[Account]:
    """The other connected accounts of the desk that are the same place."""
    if not account.remote_account:
        return []
    same = sa.and_(Account.remote_account == account.remote_account, Account.remote_account != "")
    statement = sa.select(Account).where(same, Account.id != account.id, Account.deleted_at.is_(None))
    return list(db.session.scalars(statement.order_by(Account.created_at, Account.id)))


def shared_places(accounts: Iterable[Account]) -> dict[uuid.UUID, list[Account]]:
    """Account → the others among these that are the same place; accounts that stand alone are missing."""
    by_place: dict[str, list[Account]] = {}
    for account in sorted(accounts, key=lambda account: account.id):
        by_place.setdefault(account.place, []).append(account)
    return {
        account.id: [other for other in group if other.id != account.id]
        for group in by_place.values()
        if len(group) > 1
        for account in group
    }


def checked_at(account: Account) -> datetime | None:
    """When it was checked last."""
    at = (account.meta.get("check") or {}).get("at")
    return datetime.fromisoformat(at) if at else None


def usable_accounts() -> list[Account]:
    """Accounts that may be posted to now: active and not paused."""
    statement = sa.select(Account).where(
        Account.status == "active", Account.paused_at.is_(None), Account.deleted_at.is_(None)
    )
    return list(db.session.scalars(statement.order_by(Account.platform, Account.account_name)))


def expired_accounts() -> list[Account]:
    """As A asks it (docs/data-model.md): active, but its time is over."""
    statement = sa.select(Account).where(
        Account.status == "active", Account.expires_at < app_now(), Account.deleted_at.is_(None)
    )
    return list(db.session.scalars(statement.order_by(Account.expires_at.desc())))


def expiring_accounts(within: timedelta) -> list[Account]:
    """Active, and over within this time: soonest first."""
    statement = sa.select(Account).where(
        Account.status == "active",
        Account.expires_at >= app_now(),
        Account.expires_at < app_now() + within,
        Account.deleted_at.is_(None),
    )
    return list(db.session.scalars(statement.order_by(Account.expires_at)))


def due_for_check(every: timedelta) -> list[uuid.UUID]:
    """Ids whose check is due: still checking (after 1, 2, 4 … 60 minutes), or active and not checked for `every`."""
    wait = sa.func.least(60, sa.func.power(2, sa.func.coalesce(TRIES, 0))) * sa.literal(timedelta(minutes=1))
    waits = sa.and_(Account.status == "checking", sa.func.coalesce(CHECK_AT, Account.updated_at) < app_now() - wait)
    stale = sa.and_(
        Account.status == "active",
        sa.func.coalesce(CHECK_AT, Account.last_verified_at, Account.created_at) < app_now() - every,
    )
    known = Account.platform.in_([connector.spec.slug for connector in registry.all()])
    statement = sa.select(Account.id).where(Account.deleted_at.is_(None), known, sa.or_(waits, stale))
    return list(db.session.scalars(statement.order_by(Account.updated_at).limit(AT_ONCE)))


def sealed_under_other_keys(key_id: str, after: uuid.UUID | None = None, limit: int = 100) -> list[uuid.UUID]:
    """Rows whose secrets are under another key, in order of id: what `flask keys rotate` walks through."""
    statement = sa.select(Account.id).where(Account.key_id.is_distinct_from(key_id)).order_by(Account.id).limit(limit)
    return list(db.session.scalars(statement if after is None else statement.where(Account.id > after)))


def keys_in_use() -> dict[str, int]:
    """Key id → rows sealed with it, accounts and second factors; "" for rows whose key is not known."""
    counted = sa.select(sa.func.coalesce(Account.key_id, ""), sa.func.count()).group_by(Account.key_id)
    return dict(Counter(dict(db.session.execute(counted).all())) + Counter(factor_keys()))


def _by_status(value: str) -> sa.ColumnElement[bool]:
    if value == "paused":
        return Account.paused_at.is_not(None)
    if value in ("invalid", "bad_address"):
        blamed = sa.func.coalesce(Account.meta["check"]["field"].astext, "").in_(ADDRESS_FIELDS)
        says = blamed if value == "bad_address" else ~blamed
        return sa.and_(Account.status == "invalid", says, Account.paused_at.is_(None))
    return sa.and_(Account.status == value, Account.paused_at.is_(None))


STATUS_CHOICES = (
    ("active", "Active"),
    ("checking", "Checking"),
    ("paused", "Paused"),
    ("expired", "Expired"),
    ("invalid", "Sign-in refused"),
    ("bad_address", "Address unusable"),
)

ACCOUNTS = Listing(
    select=lambda: sa.select(Account).where(Account.deleted_at.is_(None)),
    search=[Account.account_name, Account.platform],
    filters={
        "platform": Choice(Account.platform, lambda: [(c.spec.slug, c.spec.name) for c in registry.all()], "Platform"),
        "status": Choice(_by_status, STATUS_CHOICES, "Status"),
    },
    sorts={"name": sa.func.lower(Account.account_name), "platform": Account.platform, "created": Account.created_at},
    default="platform",
    tiebreak=Account.id,
    per_page=50,
)

COLUMNS: dict[str, Callable[[Account], Any]] = {
    "account": lambda a: a.account_name,
    "platform": lambda a: a.platform,
    "signed in as": lambda a: a.account_id,
    "status": lambda a: a.shown_status,
    "sign-in ends": lambda a: a.expires_at,
    "last verified": lambda a: a.last_verified_at,
    "last used": lambda a: a.last_used_at,
    "failures in a row": lambda a: a.failure_streak,
    "connected": lambda a: a.created_at,
}
"""What the CSV of the list holds: no configuration and no secret."""
