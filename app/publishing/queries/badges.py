"""The badges of `publishing/pages/badges.py` as SQL, so that what a list is narrowed by is what its rows say.

A job's badge is the first of `badges.PRECEDENCE` that one of its records has. Whatever is asked for, all open records are read once,
by the index of their status, and grouped: what that costs depends on the work in hand alone, and no guess of the planner about
rare or common badges can make it walk through the jobs that are done.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.core.db import now_once
from app.core.listing import one_of
from app.publishing.models import JOB, OPEN, PublishHold, PublishJob, PublishRecord
from app.publishing.pages import badges
from app.web import labels

H, J, R = PublishHold, PublishJob, PublishRecord


def _held_ids(scope: str) -> sa.Select[Any]:
    """What the open holds of one scope are placed on: not correlated, so it is read once for a whole statement."""
    named: Any = H.scope_id if scope in ("all", "platform") else sa.cast(H.scope_id, sa.Uuid)
    return sa.select(named).where(H.scope == scope, H.released_at.is_(None)).correlate(None)


def _of_held_campaigns() -> sa.Select[Any]:
    job = sa.orm.aliased(J)
    return sa.select(job.id).where(job.campaign_id.in_(_held_ids("campaign"))).correlate(None)


HELD: sa.ColumnElement[bool] = sa.or_(
    sa.exists(_held_ids("all")),
    R.platform.in_(_held_ids("platform")),
    R.id.in_(_held_ids("record")),
    R.job_id.in_(_held_ids("job")),
    R.credential_id.in_(_held_ids("account")),
    R.job_id.in_(_of_held_campaigns()),
)
"""Whether an open hold covers a record (`badges.is_held`)."""
_SAYS: list[tuple[sa.ColumnElement[bool], str]] = [
    (sa.and_(R.status.in_(badges.WAITING), HELD), "held"),
    (sa.and_(R.status == "pending", R.due_at > now_once()), "scheduled"),
    (R.status == "pending", "due"),
    (sa.and_(R.status == "unknown", R.next_retry_at.is_(None)), "needs_look"),
    *((R.status == key, key) for key in ("publishing", "confirming", "unknown", "retrying")),
]
RECORD_BADGE: sa.ColumnElement[str] = sa.case(*_SAYS, else_=R.status)
"""The badge of a record (`badges.badge_key`)."""
STORED = {"held": badges.WAITING, "scheduled": ("pending",), "due": ("pending",), "needs_look": ("unknown",)}
"""Badge → the stored statuses that it may stand for, where they are not the badge itself: what an index can look up."""
_FIRST = sa.func.min(sa.case(*((says, sa.literal_column(str(badges.PRECEDENCE.index(key)))) for says, key in _SAYS)))
"""Of the records of a job: which of `badges.PRECEDENCE` stands first; NULL when none is open."""

JOB_BADGES = [
    (key, labels.status(key, "job").word)
    for key in (*badges.PRECEDENCE, *(s for s in JOB.states if s in badges.SETTLED_JOB))
]
RECORD_BADGES = [(key, labels.status(key).word) for key in (*badges.PRECEDENCE, "success", "failed", "cancelled")]
BARE = {"scheduled": "pending", "publishing": "running"}
"""Badge → the stored status that says the same of a job without open records."""


def job_has_badge(key: str) -> sa.ColumnElement[bool]:
    """Whether a job's badge is this one (`badges.job_badge_key`)."""
    if key not in badges.PRECEDENCE:
        return sa.and_(J.status == key, _without_open_records(J))
    first = sa.literal(badges.PRECEDENCE.index(key)) == _FIRST
    found: Any = sa.select(R.job_id).where(R.status.in_(OPEN)).group_by(R.job_id).having(first)
    if key in BARE:
        bare = sa.orm.aliased(J)
        found = sa.union_all(found, sa.select(bare.id).where(bare.status == BARE[key], _without_open_records(bare)))
    return one_of(J.id, found)


def job_badge() -> sa.ColumnElement[str]:
    """A job's badge, for exports; a page makes it of the records that it shows."""
    first = sa.select(_FIRST).where(R.job_id == J.id).correlate(J).scalar_subquery()
    return sa.case(dict(enumerate(badges.PRECEDENCE)), value=first, else_=J.status)


def _without_open_records(job: Any) -> sa.ColumnElement[bool]:
    """A job all of whose records are settled: the open ones are read once, by the index of their status."""
    found: sa.ColumnElement[bool] = job.id.not_in(sa.select(R.job_id).where(R.status.in_(OPEN)).correlate(None))
    return found
