"""How accounts are found by the palette and the search page: by name, platform or id."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.accounts.badge import ADDRESS_FIELDS
from app.accounts.models import Account
from app.core.finder import Query, columns, declare_command, finder
from app.core.listing import contains

declare_command("accounts.choose", "Connect an account", "plus", place=20)


@finder("account", "Account", "key", "accounts.show", place=40, names_platform=True)
def accounts(query: Query) -> sa.Select[Any]:
    """By name. One whose address was blamed by its last check says so, as everywhere."""
    blamed = Account.meta["check"]["field"].astext.in_(ADDRESS_FIELDS)
    shown = sa.case((sa.and_(Account.status == "invalid", blamed), "bad_address"), else_=Account.status)
    there = [contains([column], query.text) for column in (Account.account_name, Account.platform)]
    found = columns(Account, Account.account_name, Account.platform, shown)
    return found.where(sa.or_(*there, Account.id == query.key), Account.deleted_at.is_(None)).order_by(
        Account.account_name
    )
