"""What needs a person, most urgent first: accounts that are down, questions, failures."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Account
from app.content.models import ContentItem
from app.core.db import app_now, db
from app.home.sentences import AccountFacts, AccountTrouble, account_trouble
from app.lib import clock
from app.publishing.models import OPEN, PublishJob, PublishRecord
from app.publishing.queries.backlog import FAILED_SINCE
from app.publishing.queries.records import newest_needing_action
from app.web import labels

SHOWN = 6


@dataclass(frozen=True, slots=True)
class Trouble:
    """A record that a person has to look at."""

    id: uuid.UUID
    status: str
    platform: str
    account_name: str
    error_type: str | None
    message: str | None
    due_at: datetime
    title: str
    content_id: uuid.UUID
    was_unknown: bool


def records_needing_action() -> list[Trouble]:
    """Questions first, then what is held, then the failures, newest first."""
    rank = sa.case((PublishRecord.status == "unknown", 0), (PublishRecord.status == "failed", 2), else_=1)
    statement = (
        sa.select(
            PublishRecord.id, PublishRecord.status, PublishRecord.platform, PublishRecord.account_name,
            PublishRecord.error_type, PublishRecord.error_message, PublishRecord.due_at, ContentItem.title, ContentItem.id,
            PublishRecord.was_unknown,
        )
        .join(PublishJob, PublishJob.id == PublishRecord.job_id)
        .join(ContentItem, ContentItem.id == PublishJob.content_id)
        .where(PublishRecord.id.in_(newest_needing_action(SHOWN)))
    )  # fmt: skip
    order = (rank, PublishRecord.due_at.desc(), PublishRecord.id)
    rows: Any = db.session.execute(statement.order_by(*order).limit(SHOWN))
    return [Trouble(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Down:
    """An account that does not work, rests after failures or ends soon; what waits for it, what failed in seven days."""

    account: Account
    waits: int
    failed: int

    @property
    def rests(self) -> bool:
        """The breaker is open; nothing is wrong with the sign-in."""
        account = self.account
        return (
            account.status == "active"
            and account.breaker_open_until is not None
            and account.breaker_open_until > clock.now()
        )

    @property
    def trouble(self) -> AccountTrouble:
        """What is wrong with it, in words."""
        account, platform = self.account, labels.platform(self.account.platform).word
        field = (account.meta.get("check") or {}).get("field") or ""
        return account_trouble(
            AccountFacts(platform, account.status, field, bool(account.last_verified_at), self.rests)
        )


def troubled_accounts(within: timedelta) -> list[Down]:
    """The worst first, with their records counted, in one statement."""
    account, record = Account, PublishRecord

    def count(*conditions: Any) -> Any:
        own = sa.select(sa.func.count()).select_from(record).where(record.credential_id == account.id, *conditions)
        return own.correlate(account).scalar_subquery()

    statement = sa.select(
        account,
        count(record.status.in_(OPEN)),
        count(record.status == "failed", record.dead_letter_at > app_now() - FAILED_SINCE),
    ).where(
        account.deleted_at.is_(None),
        sa.or_(
            account.status.in_(("expired", "invalid")),
            account.breaker_open_until > app_now(),
            sa.and_(account.status == "active", account.expires_at < app_now() + within),
        ),
    )
    order = (account.status.desc(), account.expires_at)
    return [Down(*row) for row in db.session.execute(statement.order_by(*order).limit(SHOWN))]
