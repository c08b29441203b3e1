"""Gaps and daily caps, counted from the records under a lock. Both go by the account at the other end: what one account of
the desk has posted there counts for every other that is the same place."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.accounts.models import Account
from app.accounts.queries import ids_at_place
from app.core import locks
from app.core.db import database_now, db
from app.lib.errors import Invalid
from app.platforms import registry
from app.publishing import cadence
from app.publishing.models import PublishRecord
from app.publishing.queries import account_times


def rules_of(account: Account) -> cadence.Rules:
    """Gap and daily cap that hold for an account."""
    spec = registry.get(account.platform).spec
    return cadence.rules(spec.min_gap, spec.max_per_day, account.configuration)


def taken_times(credential_id: uuid.UUID, without: uuid.UUID | None = None) -> list[datetime]:
    """When the account at the other end has published lately, may have, or will."""
    statement = sa.select(account_times.TAKEN).where(
        PublishRecord.credential_id.in_(ids_at_place(credential_id)),
        account_times.may_be_taken(database_now() - account_times.LATELY),
    )
    if without is not None:
        statement = statement.where(PublishRecord.id != without)
    return sorted(db.session.scalars(statement))


def next_free_moment(record: PublishRecord, account: Account, moment: datetime) -> datetime | None:
    """At dispatch: when gap and daily cap let the record go, counted from what is out or may be. None: now."""
    statement = sa.select(account_times.WENT).where(
        PublishRecord.credential_id.in_(ids_at_place(account.id)),
        PublishRecord.id != record.id,
        account_times.may_be_out(moment - account_times.LATELY),
    )
    return cadence.not_before(db.session.scalars(statement).all(), moment, rules_of(account))


def require_free_moment(
    accounts: Sequence[Account], at: datetime | None, timezone: str, without: uuid.UUID | None = None
) -> None:
    """Refuse a moment that breaks a gap or a cap, under a lock on the place. An immediate post waits instead.

    Locks are taken in the order of places, whatever the order of the accounts. Two of these accounts that are one place
    come close to each other, too.
    """
    if at is None:
        return
    chosen: Counter[str] = Counter()
    for account in sorted(accounts, key=lambda one: (one.place, one.id)):
        rule = rules_of(account)
        if rule.any:
            locks.advisory(f"publishing.limits:{account.place}")
            there = [*taken_times(account.id, without), *[at] * chosen[account.place]]
            if found := cadence.clash(there, at, rule):
                raise Invalid({"at": describe_clash(account, found, rule, timezone)})
        chosen[account.place] += 1


def refuse_same_place(accounts: Sequence[Account], confirmed: bool) -> list[str]:
    """Two accounts that are the same one at the other end get a post twice at the same place: that is asked for first.
    Returns what was confirmed, as sentences. Raises Invalid."""
    groups: dict[str, list[str]] = {}
    for account in accounts:
        groups.setdefault(account.place, []).append(f"“{account.account_name}”")
    twice = [f"{' and '.join(names)} are the same place on {place.partition(':')[0].capitalize()}."
             for place, names in groups.items() if len(names) > 1]  # fmt: skip
    if twice and not confirmed:
        raise Invalid(
            {"accounts": f"{' '.join(twice)} Choose one of them, or tick “Post there twice” on the publish page."}
        )
    return twice


def describe_clash(account: Account, found: cadence.Clash, rule: cadence.Rules, timezone: str) -> str:
    """A clash as a sentence that names the next free moment, in the job's zone."""
    free, other = (
        moment.astimezone(ZoneInfo(timezone)).strftime("%a %d %b %H:%M") for moment in (found.free_at, found.other)
    )
    name = f"{account.platform} {account.account_name}"
    if found.kind == "gap":
        minutes = int(rule.gap.total_seconds() // 60)
        return (
            f"{name} has a post at {other}; posts there stand {minutes} minutes apart. The next free moment is {free}."
        )
    return f"{name} takes {rule.per_day} posts in 24 hours. The next free moment is {free}."
