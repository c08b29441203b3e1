"""One record with everything its page shows, in few statements."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.audit.queries import TimelineRow, timeline
from app.content.models import Artifact, ContentItem
from app.core import clock_state
from app.core.clock_watch import age_start
from app.core.db import app_now, db
from app.core.heartbeats import WorkerHeartbeat, last_seen
from app.lib.errors import NotFound
from app.publishing.campaign_frame import waiting_reason
from app.publishing.models import OPEN, PublishAttempt, PublishHold, PublishJob, PublishRecord, RateWindow
from app.publishing.pages.blockers import Facts, Held
from app.publishing.queries.campaign import frame
from app.staff.models import User

CAMPAIGNS = sa.table("campaigns", sa.column("id", sa.Uuid), sa.column("name", sa.Text))
Maker, Approver = aliased(User), aliased(User)
BY_PEOPLE = (
    "cancel",
    "reschedule",
    "replay",
    "settled_there",
    "settled_send_again",
    "settled_give_up",
    "waive_limits",
    "withdraw",
    "hold",
    "release",
)
LIMIT_WORDS = {
    "gap": "Keeps its distance from the account's other posts",
    "cap": "The account has had its posts of the day",
}


class PlacedHold(NamedTuple):
    """An open hold and the name of who placed it; None: the desk itself."""

    hold: PublishHold
    placed_by: str | None


@dataclass(frozen=True)
class RecordPage:
    """What the record page needs."""

    record: PublishRecord
    job: PublishJob
    item: ContentItem
    artifact: Artifact | None
    account: Account | None
    campaign: str | None
    maker: str | None
    approver: str | None
    worker_seen_at: datetime | None
    now: datetime
    attempts: Sequence[PublishAttempt]
    siblings: Sequence[PublishRecord]
    holds: Sequence[PlacedHold]
    same_cause: int
    history: Sequence[TimelineRow]
    spent_until: datetime | None

    @property
    def is_held(self) -> bool:
        return bool(self.holds)


def by_id(record_id: uuid.UUID) -> PublishRecord:
    """The record alone. Raises NotFound."""
    found = db.session.get(PublishRecord, record_id)
    if found is None:
        raise NotFound("There is no such publish record. It may have been archived, or the link is cut short.")
    return found


def record_page(record_id: uuid.UUID) -> RecordPage:
    """Everything about one record. Raises NotFound."""
    seen = sa.select(last_seen()).where(WorkerHeartbeat.kind == "publish").scalar_subquery()
    row = db.session.execute(
        sa.select(PublishRecord, PublishJob, ContentItem, Artifact, Account, CAMPAIGNS.c.name, Maker.full_name,
                  Approver.full_name, seen, app_now())
        .join(PublishJob, PublishJob.id == PublishRecord.job_id)
        .join(ContentItem, ContentItem.id == PublishJob.content_id)
        .outerjoin(Artifact, Artifact.id == PublishJob.artifact_id)
        .outerjoin(Account, Account.id == PublishRecord.credential_id)
        .outerjoin(CAMPAIGNS, CAMPAIGNS.c.id == PublishJob.campaign_id)
        .outerjoin(Maker, Maker.id == PublishJob.created_by)
        .outerjoin(Approver, Approver.id == ContentItem.approved_by)
        .where(PublishRecord.id == record_id)
    ).first()  # fmt: skip
    if row is None:
        raise NotFound("There is no such publish record. It may have been archived, or the link is cut short.")
    found, job, item, artifact, account, campaign, maker, approver, worker_seen_at, now = row
    return RecordPage(
        record=found, job=job, item=item, artifact=artifact, account=account, campaign=campaign, maker=maker, approver=approver,
        worker_seen_at=worker_seen_at, now=now, attempts=attempts_of(found.id), siblings=_siblings(job.id), holds=holds_of(found, job),
        same_cause=_same_cause(found), history=_history(found.id), spent_until=_limit_until(found),
    )  # fmt: skip


def version(record_id: uuid.UUID) -> str:
    """Changes whenever something on the record's page may have changed; "" for none. One statement, for the page's poll."""
    R, A = PublishRecord, PublishAttempt
    attempts = (
        sa.select(sa.func.concat(sa.func.count(), sa.func.max(A.updated_at)))
        .where(A.record_id == R.id)
        .scalar_subquery()
    )
    holds = sa.select(sa.func.count()).where(PublishHold.released_at.is_(None)).scalar_subquery()
    facts = sa.select(R.status, R.updated_at, R.due_at > app_now(), attempts, holds).where(R.id == record_id)
    found = db.session.execute(facts).first()
    return hashlib.sha256(repr(tuple(found)).encode()).hexdigest()[:16] if found else ""


def attempts_of(record_id: uuid.UUID) -> Sequence[PublishAttempt]:
    """Tries and looks, newest first."""
    A = PublishAttempt
    return db.session.scalars(
        sa.select(A).where(A.record_id == record_id).order_by(A.started_at.desc(), A.id.desc()).limit(100)
    ).all()


def _siblings(job_id: uuid.UUID) -> Sequence[PublishRecord]:
    R = PublishRecord
    return db.session.scalars(
        sa.select(R).where(R.job_id == job_id).order_by(R.platform, R.account_name).limit(50)
    ).all()


def holds_of(found: PublishRecord, job: PublishJob) -> list[PlacedHold]:
    """Open holds that cover the record, oldest first, with the name of who placed each."""
    covered = {
        "record": found.id, "job": job.id, "account": found.credential_id, "campaign": job.campaign_id, "platform": found.platform,
    }  # fmt: skip
    pairs = [(scope, str(key)) for scope, key in covered.items() if key is not None]
    statement = (
        sa.select(PublishHold, User.full_name)
        .outerjoin(User, User.id == PublishHold.placed_by)
        .where(PublishHold.released_at.is_(None))
        .where(sa.tuple_(PublishHold.scope, PublishHold.scope_id).in_([("all", ""), *pairs]))
    )
    return [PlacedHold(hold, name) for hold, name in db.session.execute(statement.order_by(PublishHold.placed_at))]


def _same_cause(found: PublishRecord) -> int:
    """How many other records failed on this account for the same reason."""
    if found.status != "failed" or not found.error_type or found.credential_id is None:
        return 0
    R = PublishRecord
    same = sa.select(sa.func.count()).where(
        R.credential_id == found.credential_id, R.status == "failed", R.error_type == found.error_type, R.id != found.id
    )
    return db.session.scalar(same) or 0


def _limit_until(found: PublishRecord) -> datetime | None:
    """Until when the platform says that nothing is left, for a record that waits."""
    if found.status not in ("pending", "retrying"):
        return None
    who = sa.func.split_part(RateWindow.key, "|", 1)
    mine = sa.or_(
        sa.and_(RateWindow.scope == "account", who == str(found.credential_id)),
        sa.and_(RateWindow.scope == "host", who == found.host),
    )
    until = sa.select(sa.func.max(RateWindow.resets_at))
    return db.session.scalar(until.where(RateWindow.remaining <= 0, RateWindow.resets_at > app_now(), mine))


def _history(record_id: uuid.UUID) -> list[TimelineRow]:
    """What people did with it; what the platform said stands in the attempts."""
    return [
        row for row in timeline("publish_records", record_id) if row.action.removeprefix("publishing.") in BY_PEOPLE
    ]


def _campaign_reason(page: RecordPage) -> str:
    """Why the campaign does not let it out, for a record that waits."""
    found = frame(page.job.campaign_id) if page.record.status in ("pending", "retrying") else None
    let_pass = (page.job.meta or {}).get("off_target") or ()
    return waiting_reason(found, page.record.platform, let_pass, page.now) if found else ""


def _title_ahead(found: PublishRecord) -> str:
    """The title of the record that goes first, while it is open."""
    R, J, C = PublishRecord, PublishJob, ContentItem
    if found.status not in ("pending", "retrying"):
        return ""
    title = sa.select(C.title).join(J, J.content_id == C.id).join(R, R.job_id == J.id)
    key = uuid.UUID((found.meta or {})["waits_for"])
    return db.session.scalar(title.where(R.id == key, R.status.in_(OPEN))) or ""


def blocker_facts(page: RecordPage) -> Facts:
    """The record as `blockers` wants it."""
    found, account = page.record, page.account
    waits = (found.meta or {}).get("waits", "")
    ahead = _title_ahead(found) if waits == "same_text" else ""
    limited = (
        waits != "same_text" and found.status in ("pending", "retrying") and bool(waits) and bool(found.next_retry_at)
    )
    covered = page.item.approved_version_id is not None and page.item.approved_version_id == page.job.artifact_id
    clock = clock_state.state()
    seen = page.worker_seen_at
    return Facts(
        status=found.status,
        now=page.now,
        due_at=found.due_at,
        next_retry_at=found.next_retry_at,
        approved=covered,
        holds=tuple(
            Held(hold.scope, hold.reason, hold.placed_at, hold.note or "", by or "") for hold, by in page.holds
        ),
        account_status="disconnected" if account is None or account.deleted_at else account.status,
        account_paused=bool(account and account.paused_at),
        breaker_until=account.breaker_open_until if account else None,
        same_text=ahead,
        limit_until=found.next_retry_at if limited else page.spent_until,
        limit_words=LIMIT_WORDS.get(waits, "") if limited else "The platform takes nothing more",
        worker_seen_at=seen and age_start(seen, page.now, clock.jumped_at if clock else None),
        clock_until=clock_state.skip_ends_at(clock, found.due_at, page.now),
        sent_by=found.lease_owner or "",
        sent_since=found.claimed_at,
        barred=found.resend_barred_at is not None,
        campaign=_campaign_reason(page),
        error=found.error_message or "",
        finished_at=found.published_at or found.dead_letter_at or found.updated_at,
    )
