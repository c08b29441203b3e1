"""Holds that ask for somebody's word, with what they cover."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.accounts.models import Account
from app.campaigns.models import Campaign
from app.content.models import ContentItem
from app.home.queries.json_row import json_row
from app.publishing.models import PublishHold, PublishJob, PublishRecord

ASKS = ("changed", "restored", "emergency", "human", "budget", "policy")
"""Holds of more than one record that wait for somebody's word; those of one record stand with it."""
ALARM = "invariant"
"""The reason of a hold that says: something is wrong with how this went out. It stands first."""


def open_holds(most: int) -> sa.Select[Any]:
    """The first of them, those that say something is wrong before the others, as a part of the statement."""
    hold = PublishHold
    asks = sa.or_(hold.reason == ALARM, sa.and_(hold.reason.in_(ASKS), hold.scope != "record"))
    order = ((hold.reason != ALARM), hold.placed_at)
    some = sa.select(hold).where(hold.released_at.is_(None), asks).order_by(*order).limit(most).subquery()

    def name_of(scope: str, name: Any, key: Any, *joins: Any) -> tuple[Any, Any]:
        found = sa.select(name).where(key == sa.cast(some.c.scope_id, sa.Uuid))
        for target, on in joins:
            found = found.join(target, on)
        return some.c.scope == scope, found.correlate(some).scalar_subquery()

    covers = sa.case(
        name_of("account", Account.account_name, Account.id),
        name_of("campaign", Campaign.name, Campaign.id),
        name_of("job", ContentItem.title, PublishJob.id, (PublishJob, PublishJob.content_id == ContentItem.id)),
        name_of(
            "record",
            ContentItem.title,
            PublishRecord.id,
            (PublishJob, PublishJob.content_id == ContentItem.id),
            (PublishRecord, PublishRecord.job_id == PublishJob.id),
        ),
        else_=some.c.scope_id,
    )
    names = ("scope", "scope_id", "reason", "note")
    return json_row("hold", covers=covers, at=some.c.placed_at, **{name: some.c[name] for name in names})
