"""Before a job is made: the accounts to choose from, what stands against each, and when each is free again."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.accounts import queries as account_queries
from app.accounts import slots
from app.accounts.models import Account
from app.accounts.queries import PLACE
from app.content import approval_coverage, checks
from app.content.compose import compose
from app.content.models import Artifact, ContentItem
from app.content.queries import facts
from app.core.db import db
from app.lib import clock
from app.platforms import registry
from app.platforms.base import Post
from app.publishing import cadence
from app.publishing.models import PublishRecord as R
from app.publishing.places import Place
from app.publishing.queries import account_times
from app.publishing.queries.copies import copies

TAKEN_AT_MOST = 5000


@dataclass(frozen=True)
class PlaceRow(Place):
    """A place as the publish page shows it. `free_at`: the next moment that breaks no gap or cap (None: now); `slot_at`: the
    account's next free slot, where it has slots; `same`: the other usable accounts that are the same place."""

    free_at: datetime | None = None
    gap_minutes: int = 0
    per_day: int | None = None
    slot_at: datetime | None = None
    same: Sequence[Account] = ()


def places(
    item: ContentItem,
    artifact: Artifact,
    accounts: Sequence[Account],
    without: Collection[uuid.UUID] = (),
) -> list[Place]:
    """What stands against this version at each of these accounts, in two statements. Records of `without` do not count."""
    posts = posts_of(artifact, {a.platform for a in accounts})
    known = copies(artifact, accounts, without)
    return [
        Place(
            account=account,
            post=posts[account.platform],
            uncovered=approval_coverage.why_not_covered(
                item.approved_composed, account.platform, posts[account.platform]
            )
            or "",
            wrong=tuple(checks.errors(posts[account.platform], account.platform, account.configuration)),
            copy=known.get(account.id),
        )
        for account in accounts
    ]


def posts_of(artifact: Artifact, platforms: Collection[str]) -> dict[str, Post]:
    """platform → the post as this desk composes it at this moment."""
    media = facts(m["sha256"] for m in artifact.payload.get("media") or [])
    return {platform: compose(artifact.payload, platform, media) for platform in platforms}


def place_rows(item: ContentItem, artifact: Artifact) -> list[PlaceRow]:
    """Every connected account, the usable ones first, in four statements."""
    accounts = [a for a in account_queries.connected_accounts() if registry.has(a.platform)]
    taken, shared = _taken_times(accounts), account_queries.shared_places(a for a in accounts if a.is_usable)
    made = [
        PlaceRow(
            **vars(place),
            **_times(place.account, taken.get(place.account.place, [])),
            same=shared.get(place.account.id, ()),
        )
        for place in places(item, artifact, accounts)
    ]
    return sorted(made, key=lambda row: (not row.is_usable, row.account.platform, row.account.account_name.lower()))


def free_at() -> dict[uuid.UUID, datetime]:
    """account → the next moment that breaks no gap or cap there, for those that have to wait."""
    accounts = [a for a in account_queries.connected_accounts() if registry.has(a.platform)]
    taken = _taken_times(accounts)
    found = {account.id: _times(account, taken.get(account.place, []))["free_at"] for account in accounts}
    return {key: at for key, at in found.items() if at}


def _times(account: Account, taken: Sequence[datetime]) -> dict[str, Any]:
    rule = _rule(account)
    now = clock.now()
    free = cadence.next_free(taken, now, rule) if rule.any else now
    own = account.configuration
    return {
        "free_at": free if free > now else None,
        "gap_minutes": int(rule.gap.total_seconds() // 60),
        "per_day": rule.per_day,
        "slot_at": slots.next_free(own.get("slots") or [], own.get("slots_zone") or "UTC", now, taken, rule.gap),
    }


def _rule(account: Account) -> cadence.Rules:
    spec = registry.get(account.platform).spec
    return cadence.rules(spec.min_gap, spec.max_per_day, account.configuration)


def _taken_times(accounts: Sequence[Account]) -> dict[str, list[datetime]]:
    """Place → when it has got a post lately, may have, or will, under whichever of the desk's names for it; of the places alone
    that have a gap, a cap or slots to keep. A line for each place: thousands may be waiting."""
    asked = {a.place for a in accounts if _rule(a).any or a.configuration.get("slots")}
    recent = account_times.may_be_taken(clock.now() - timedelta(days=2))
    statement = sa.select(PLACE.label("place"), account_times.TAKEN.label("at"))
    statement = statement.join(Account, Account.id == R.credential_id)
    first = statement.where(PLACE.in_(asked), recent).order_by(account_times.TAKEN).limit(TAKEN_AT_MOST).subquery()
    moments = sa.func.array_agg(aggregate_order_by(first.c.at, first.c.at)).label("moments")
    by_place = sa.select(first.c.place, moments).group_by(first.c.place)
    return {row.place: row.moments for row in db.session.execute(by_place)} if asked else {}


def accounts_of_job(job_id: uuid.UUID) -> set[uuid.UUID]:
    """The accounts a job goes to."""
    found = db.session.scalars(sa.select(R.credential_id).where(R.job_id == job_id, R.credential_id.is_not(None)))
    return {key for key in found if key is not None}
