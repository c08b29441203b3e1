"""Small facts of the desk for Home, in one statement: each part yields rows of (kind, JSON)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts.models import Account
from app.audit.models import AuditCheck
from app.campaigns.models import Campaign
from app.content.models import ContentItem
from app.core import clock_state, settings
from app.core.clock_watch import counted_from
from app.core.db import app_now, db
from app.core.heartbeats import ScheduleRun, WorkerHeartbeat, last_seen
from app.home.queries.day_counts import Said, said, waited
from app.lib.liveness import WORKER_SILENT
from app.notifications.models import Notification
from app.publishing.models import REASONS, PublishHold, PublishJob, PublishRecord
from app.reviews.models import ApprovalRequest
from app.staff.models import StaffInvite, User

Span = tuple[datetime, datetime]
SHOWN = 5
ASKS = ("changed", "restored", "emergency", "human", "budget", "policy")
"""Holds of more than one record that wait for somebody's word; those of one record stand with it."""
APPROVED = ("approved", "scheduled", "published")
ALARM = "invariant"
"""The reason of a hold that says: something is wrong with how this went out. It stands first."""


class Setup(NamedTuple):
    """How far a new desk has come. `invited`: links nobody has used yet. `held`: an emergency hold stops everything."""

    people: int
    invited: int
    accounts: bool
    content: bool
    approved: bool
    published: bool
    held: bool
    self_approval: bool

    @property
    def steps(self) -> list[tuple[str, bool]]:
        """The check-list: (step, done)."""
        return [
            ("people", self.people > 1 or self.self_approval),
            ("account", self.accounts),
            ("content", self.content),
            ("approve", self.approved),
            ("publish", self.published),
        ]

    @property
    def is_done(self) -> bool:
        return all(done for _, done in self.steps)


class Clock(NamedTuple):
    """The database's clock jumped at `at` by so many seconds; until `until` no post is tried a second time."""

    at: datetime
    moved_by: float
    until: datetime
    is_watched: bool


@dataclass(frozen=True, slots=True)
class Signals:
    """`late`: periodic jobs that did not run in time. `holds` and `unread` are dicts with times; `clock` is the last jump;
    `waited`: day → the median seconds from asking to the approval; `said`: what the posts of today say."""

    setup: Setup
    worker_seen: datetime | None
    is_silent: bool
    late: list[str]
    holds: list[dict[str, Any]]
    unread: list[dict[str, Any]]
    clock: Clock | None = None
    waited: dict[date, float] = field(default_factory=dict)
    said: Said = field(default_factory=dict)
    trail: list[str] = field(default_factory=list)
    """What the checks of the audit trail found, in words."""


def signals(user_id: uuid.UUID, late_after: dict[str, int], since: datetime, today: Span, zone: str) -> Signals:
    """Everything at once; `late_after` maps a periodic job to the minutes after which it is late; reviews `since` then count, by
    the day in `zone`; `today` begins and ends at these moments."""
    bound = {"user": user_id, "since": since, "zone": zone, "first": today[0], "last": today[1]}
    now: datetime | None = None
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, data, now in db.session.execute(_statement(), bound):  # noqa: B007 (the same in each row)
        found.setdefault(kind, []).append(data)
    assert now is not None  # noqa: S101  (the first part always yields a row)
    state = _state(found.get("clock", []))
    jumped_at = state.jumped_at if state else None
    runs = {row["name"]: _time(row["at"]) for row in found.get("run", ())}
    seen = _time(found["worker"][0]["at"]) if found["worker"][0]["at"] else None
    return Signals(
        setup=Setup._make([*found["setup"][0]["facts"], bool(settings.get("reviews.self_approval"))]),
        worker_seen=seen,
        is_silent=seen is None or now - counted_from(seen, now, jumped_at) > WORKER_SILENT,
        late=[
            name
            for name, minutes in late_after.items()
            if name in runs and now - counted_from(runs[name], now, jumped_at) > timedelta(minutes=minutes)
        ],
        holds=[{**row, "at": _time(row["at"]), "word": REASONS[row["reason"]].word} for row in found.get("hold", ())],
        unread=[{**row, "created_at": _time(row["created_at"]), "read_at": None} for row in found.get("notice", ())],
        clock=_clock(state, now),
        said={(row["what"], row["status"]): row["many"] for row in found.get("said", ())},
        waited={date.fromisoformat(row["day"]): float(row["seconds"]) for row in found.get("waited", ())},
        trail=list(dict.fromkeys(row["words"] for row in found.get("trail", ()))),
    )


@cache
def _statement() -> sa.Select[Any]:
    """All parts. Made once: making it anew took a third of Home's time."""
    user, zone = sa.bindparam("user", type_=sa.Uuid), sa.bindparam("zone", type_=sa.Text)
    since, first, last = (sa.bindparam(name, type_=sa.DateTime(timezone=True)) for name in ("since", "first", "last"))
    every = (
        _setup(),
        _worker(),
        _runs(),
        _holds(),
        _unread(user),
        _jump(),
        _trail(),
        _waited(since, zone),
        _said(first, last),
    )
    parts = sa.union_all(*every).subquery()
    return sa.select(parts.c.kind, parts.c.data, app_now())


def _clock(state: clock_state.ClockState | None, now: datetime) -> Clock | None:
    until = clock_state.told_until(state, now)
    if until is None or state is None or state.jumped_at is None:
        return None
    return Clock(state.jumped_at, state.moved_by or 0.0, until, clock_state.watched_out(state, now) is not None)


def _jump() -> sa.Select[Any]:
    kept = clock_state.ClockState
    return _row("clock", jumped_from=kept.jumped_from, jumped_at=kept.jumped_at, moved_by=kept.moved_by)


def _trail() -> sa.Select[Any]:
    return _row("trail", words=AuditCheck.findings[0]["words"]).where(AuditCheck.problems > 0)


def _state(rows: list[dict[str, Any]]) -> clock_state.ClockState | None:
    """The row again, outside any session."""
    if not rows or rows[0]["jumped_at"] is None:
        return None
    row = rows[0]
    began = _time(row["jumped_from"]) if row["jumped_from"] else None
    return clock_state.ClockState(jumped_from=began, jumped_at=_time(row["jumped_at"]), moved_by=row["moved_by"])


def _row(kind: str, /, **columns: Any) -> sa.Select[Any]:
    pairs = [part for name, column in columns.items() for part in (sa.literal(name), column)]
    return sa.select(sa.literal(kind).label("kind"), sa.func.jsonb_build_object(*pairs).label("data"))


def _setup() -> sa.Select[Any]:
    open_invite = sa.and_(
        StaffInvite.accepted_at.is_(None), StaffInvite.revoked_at.is_(None), StaffInvite.expires_at > app_now()
    )
    facts = sa.func.jsonb_build_array(
        sa.select(sa.func.count()).select_from(User).where(User.is_active).scalar_subquery(),
        sa.select(sa.func.count()).select_from(StaffInvite).where(open_invite).scalar_subquery(),
        sa.exists().where(Account.deleted_at.is_(None)),
        sa.exists().where(ContentItem.deleted_at.is_(None)),
        sa.or_(
            sa.exists().where(ContentItem.status.in_(APPROVED)), sa.exists().where(ApprovalRequest.status == "approved")
        ),
        sa.exists().where(PublishRecord.status == "success"),
        sa.exists().where(PublishHold.scope == "all", PublishHold.released_at.is_(None)),
    )
    return _row("setup", facts=facts)


def _worker() -> sa.Select[Any]:
    return _row("worker", at=last_seen()).where(WorkerHeartbeat.kind == "publish")


def _runs() -> sa.Select[Any]:
    return _row("run", name=ScheduleRun.name, at=sa.func.coalesce(ScheduleRun.finished_at, ScheduleRun.started_at))


def _holds() -> sa.Select[Any]:
    hold = PublishHold
    asks = sa.or_(hold.reason == ALARM, sa.and_(hold.reason.in_(ASKS), hold.scope != "record"))
    order = ((hold.reason != ALARM), hold.placed_at)
    some = sa.select(hold).where(hold.released_at.is_(None), asks).order_by(*order).limit(SHOWN).subquery()

    def called(scope: str, name: Any, key: Any, *joins: Any) -> tuple[Any, Any]:
        found = sa.select(name).where(key == sa.cast(some.c.scope_id, sa.Uuid))
        for target, on in joins:
            found = found.join(target, on)
        return some.c.scope == scope, found.correlate(some).scalar_subquery()

    covers = sa.case(
        called("account", Account.account_name, Account.id),
        called("campaign", Campaign.name, Campaign.id),
        called("job", ContentItem.title, PublishJob.id, (PublishJob, PublishJob.content_id == ContentItem.id)),
        called(
            "record",
            ContentItem.title,
            PublishRecord.id,
            (PublishJob, PublishJob.content_id == ContentItem.id),
            (PublishRecord, PublishRecord.job_id == PublishJob.id),
        ),
        else_=some.c.scope_id,
    )
    names = ("scope", "scope_id", "reason", "note")
    return _row("hold", covers=covers, at=some.c.placed_at, **{name: some.c[name] for name in names})


def _unread(user_id: Any) -> sa.Select[Any]:
    mine = sa.select(Notification).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    some = mine.order_by(Notification.created_at.desc()).limit(SHOWN).subquery()
    names = ("id", "kind", "title", "body", "tone", "created_at")
    return _row("notice", **{name: some.c[name] for name in names})


def _said(first: Any, last: Any) -> sa.Select[Any]:
    rows = said(first, last).subquery()
    return _row("said", what=rows.c.kind, status=rows.c.status, many=rows.c.many)


def _waited(since: Any, zone: Any) -> sa.Select[Any]:
    rows = waited(since, zone).subquery()
    return _row("waited", day=rows.c.day, seconds=rows.c.seconds)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
