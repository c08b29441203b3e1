"""Counting tries of one key, so that nobody can guess on and on: a row of `sign_in_guards`, written under its lock.

A try is counted *before* it is verified and taken back when it was right: a hundred guesses at the same moment get no
further than five. Called through `transactions.autonomous`: a count is kept whatever becomes of the request.

Pauses grow: one minute after the first five failures, then two, four, … up to the longest. Whoever mistypes waits a little,
whoever guesses gets nowhere, and a pause that a stranger causes is short. A key that was quiet for a day is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from app.core import settings
from app.core.db import app_now, db
from app.lib import clock
from app.staff.models import SignInGuard

FIRST_PAUSE = timedelta(minutes=1)
QUIET = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Count:
    """`until`: refused, nothing was counted. `left`: tries after this one; `pause`: how long it lasts when none is left."""

    key: str
    until: datetime | None = None
    left: int = 0
    pause: timedelta = timedelta(0)


def count(key: str, most: int, longest: timedelta, first: timedelta = FIRST_PAUSE) -> Count:
    """Count one more try. The last one before a pause may still be the right one; then the guard is forgotten."""
    now, window = clock.now(), timedelta(minutes=settings.get("staff.lock_window_minutes"))
    # an update, not nothing: whoever lets somebody in at this moment takes the row away, and only a row that is ours stays
    row = insert(SignInGuard).values(key=key)
    db.session.execute(row.on_conflict_do_update(index_elements=["key"], set_={"key": row.excluded.key}))
    guard = db.session.get_one(SignInGuard, key, with_for_update=True, populate_existing=True)
    if guard.locked_until is not None and guard.locked_until > now:
        return Count(key, until=guard.locked_until)
    recent = [moment for moment in guard.failed_at if moment > now - window and guard.locked_until is None]
    guard.failed_at, guard.updated_at, guard.locked_until = [*recent, now], now, None
    left = most - len(guard.failed_at)
    pause = min(longest, first * 2 ** min(guard.pauses, 20))
    if left <= 0:
        guard.locked_until, guard.pauses = now + pause, guard.pauses + 1
    return Count(key, left=max(0, left), pause=pause)


def uncount(key: str) -> None:
    """This try was right: it does not count, and the pause it would have caused is none."""
    some = sa.func.cardinality(SignInGuard.failed_at) > 0
    trimmed = sa.func.trim_array(SignInGuard.failed_at, 1)
    undone = sa.case(
        (SignInGuard.locked_until.is_(None), SignInGuard.pauses), else_=sa.func.greatest(SignInGuard.pauses - 1, 0)
    )
    row = sa.update(SignInGuard).where(SignInGuard.key == key, some)
    db.session.execute(row.values(failed_at=trimmed, locked_until=None, pauses=undone))


def forget(*keys: str) -> None:
    """Begin anew: the right password was given, or an admin unlocked."""
    db.session.execute(sa.delete(SignInGuard).where(SignInGuard.key.in_(keys)))


def forget_old() -> int:
    """Guards without a failure for a day that are not paused."""
    over = sa.or_(SignInGuard.locked_until.is_(None), SignInGuard.locked_until < app_now())
    deleted: int = db.session.execute(
        sa.delete(SignInGuard).where(SignInGuard.updated_at < app_now() - QUIET, over)
    ).rowcount  # type: ignore[attr-defined]  # a DELETE has it
    return deleted
