"""What stands against an account, asked of the same places that the publish page shows."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import TypeVar

from app.accounts import queries as account_queries
from app.accounts.models import Account
from app.content.models import Artifact
from app.lib.errors import Invalid
from app.platforms import registry
from app.publishing.places import Place
from app.publishing.queries.copies import copies

Key = TypeVar("Key", uuid.UUID, str)


def account_field(account_id: uuid.UUID) -> str:
    """The name of an error that belongs to one account."""
    return f"account:{account_id}"


def load_accounts(credential_ids: Sequence[uuid.UUID | str]) -> list[Account]:
    """The accounts in one order (locks are taken in it). Raises Invalid where none was chosen, or one is no account."""
    accounts = sorted(account_queries.by_ids(list(credential_ids)), key=lambda a: a.id)
    if not accounts or len(accounts) < len({str(c) for c in credential_ids}):
        raise Invalid({"accounts": "One of these accounts is gone." if accounts else "Choose at least one account."})
    if strange := sorted({a.platform for a in accounts if not registry.has(a.platform)}):
        raise Invalid({"accounts": f"This desk no longer publishes to {' or '.join(strange)}. Untick it."})
    return accounts


def refuse_places(found: Sequence[Place], second_on: Collection[uuid.UUID] = ()) -> None:
    """Raises Invalid, a sentence beside each account where this version cannot go, or where it would be a second post that
    nobody wanted (`second_on`: the accounts where it is wanted)."""
    errors = {account_field(p.account.id): f"{p.label}: {p.why_not}" for p in found if p.why_not}
    unwanted = [p for p in found if p.earlier and not p.why_not and p.account.id not in set(second_on)]
    how = "To post this version there as well, say on the publish page that you want a second post."
    errors |= {account_field(p.account.id): f"{p.earlier.summary} on {p.label}. {how}" for p in unwanted if p.earlier}
    if errors:
        raise Invalid(errors)


def without_second_posts(artifact: Artifact, credential_ids: Sequence[Key]) -> list[Key]:
    """These accounts without those where anything of the item is live, may be, or is on its way."""
    known = copies(artifact, account_queries.by_ids(list(credential_ids)))
    return [key for key in credential_ids if uuid.UUID(str(key)) not in known]
