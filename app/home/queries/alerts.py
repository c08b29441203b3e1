"""Small facts of the desk for Home, in one statement: each part yields rows of (kind, JSON)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.audit.models import AuditCheck
from app.calendar.queries.events import Moment
from app.core import clock_state, settings
from app.core.clock_watch import age_start
from app.core.db import app_now, db
from app.core.heartbeats import WorkerHeartbeat, last_seen
from app.core.periodic import ScheduleRun
from app.home.queries.day_counts import DayCounts, approval_times, badge_counts
from app.home.queries.json_row import json_row
from app.home.queries.open_holds import open_holds
from app.home.queries.setup import Setup, setup
from app.lib.liveness import WORKER_SILENT
from app.notifications.models import Notification
from app.publishing.models import REASONS

Span = tuple[datetime, datetime]
SHOWN = 5


class Clock(NamedTuple):
    """The database's clock jumped at `at` by so many seconds; until `until` no post is tried a second time."""

    at: datetime
    moved_by: float
    until: datetime
    is_watched: bool


@dataclass(frozen=True, slots=True)
class Alerts:
    """`late`: periodic jobs that did not run in time. `holds` and `unread` are dicts with times; `clock` is the last jump;
    `approval_times`: day → the median seconds from asking to the approval; `day_counts`: how many posts of today have which badge."""

    setup: Setup
    worker_seen: datetime | None
    is_silent: bool
    late: list[str]
    holds: list[dict[str, Any]]
    unread: list[dict[str, Any]]
    clock: Clock | None = None
    approval_times: dict[date, float] = field(default_factory=dict)
    day_counts: DayCounts = field(default_factory=dict)
    trail: list[str] = field(default_factory=list)
    """What the checks of the audit trail found, in words."""


def alerts(user_id: uuid.UUID, late_after: dict[str, int], since: datetime, today: Span, zone: str) -> Alerts:
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
    return Alerts(
        setup=Setup._make([*found["setup"][0]["facts"], bool(settings.get("reviews.self_approval"))]),
        worker_seen=seen,
        is_silent=seen is None or now - age_start(seen, now, jumped_at) > WORKER_SILENT,
        late=[
            name
            for name, minutes in late_after.items()
            if name in runs and now - age_start(runs[name], now, jumped_at) > timedelta(minutes=minutes)
        ],
        holds=[{**row, "at": _time(row["at"]), "word": REASONS[row["reason"]].word} for row in found.get("hold", ())],
        unread=[{**row, "created_at": _time(row["created_at"]), "read_at": None} for row in found.get("notice", ())],
        clock=_clock(state, now),
        day_counts={(row["what"], row["status"]): row["many"] for row in found.get("count", ())},
        approval_times={date.fromisoformat(row["day"]): float(row["seconds"]) for row in found.get("approval", ())},
        trail=list(dict.fromkeys(row["words"] for row in found.get("trail", ()))),
    )


@cache
def _statement() -> sa.Select[Any]:
    """All parts. Made once: making it anew took a third of Home's time."""
    user, zone = sa.bindparam("user", type_=sa.Uuid), sa.bindparam("zone", type_=sa.Text)
    since, first, last = (sa.bindparam(name, type_=sa.DateTime(timezone=True)) for name in ("since", "first", "last"))
    every = (
        setup(),
        _worker(),
        _runs(),
        open_holds(SHOWN),
        _unread(user),
        _jump(),
        _trail(),
        _approval_times(since, zone),
        _badge_counts(first, last),
    )
    parts = sa.union_all(*every).subquery()
    return sa.select(parts.c.kind, parts.c.data, app_now())


def _clock(state: clock_state.ClockState | None, now: datetime) -> Clock | None:
    until = clock_state.notice_ends_at(state, now)
    if until is None or state is None or state.jumped_at is None:
        return None
    return Clock(state.jumped_at, state.moved_by or 0.0, until, clock_state.watch_ends_at(state, now) is not None)


def _jump() -> sa.Select[Any]:
    state = clock_state.ClockState
    return json_row("clock", jumped_from=state.jumped_from, jumped_at=state.jumped_at, moved_by=state.moved_by)


def _trail() -> sa.Select[Any]:
    return json_row("trail", words=AuditCheck.findings[0]["words"]).where(AuditCheck.problems > 0)


def _state(rows: list[dict[str, Any]]) -> clock_state.ClockState | None:
    """The row again, outside any session."""
    if not rows or rows[0]["jumped_at"] is None:
        return None
    row = rows[0]
    began = _time(row["jumped_from"]) if row["jumped_from"] else None
    return clock_state.ClockState(jumped_from=began, jumped_at=_time(row["jumped_at"]), moved_by=row["moved_by"])


def _worker() -> sa.Select[Any]:
    return json_row("worker", at=last_seen()).where(WorkerHeartbeat.kind == "publish")


def _runs() -> sa.Select[Any]:
    return json_row("run", name=ScheduleRun.name, at=sa.func.coalesce(ScheduleRun.finished_at, ScheduleRun.started_at))


def _unread(user_id: sa.ColumnElement[uuid.UUID]) -> sa.Select[Any]:
    mine = sa.select(Notification).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    some = mine.order_by(Notification.created_at.desc()).limit(SHOWN).subquery()
    names = ("id", "kind", "title", "body", "tone", "created_at")
    return json_row("notice", **{name: some.c[name] for name in names})


def _badge_counts(first: Moment, last: Moment) -> sa.Select[Any]:
    rows = badge_counts(first, last).subquery()
    return json_row("count", what=rows.c.kind, status=rows.c.status, many=rows.c.many)


def _approval_times(since: Moment, zone: sa.ColumnElement[str]) -> sa.Select[Any]:
    rows = approval_times(since, zone).subquery()
    return json_row("approval", day=rows.c.day, seconds=rows.c.seconds)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
