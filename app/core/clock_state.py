"""What all processes know together of the database's clock: the last reading of the clock process, and the last jump.

Every process feeds a watch of its own (`note`): with each report, before each claim, with each decision that needs time to
have passed. Whoever notices a jump writes it down here, so that those who begin later know of it (docs/decisions/clocks.md).
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock_watch
from app.core.clock_watch import ClockWatch, Jump, Reading, age_start
from app.core.db import app_now, db

log = logging.getLogger(__name__)
steady: Callable[[], float] = time.monotonic
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class ClockState(db.Model):  # type: ignore[name-defined,misc]
    """One row. `steady` and `calm_from` are moments of the monotonic clock of `boot`; `told` once the audit knows the jump."""

    __tablename__ = "clock_state"
    __table_args__ = (sa.CheckConstraint("id = 1", name="id"),)

    id: Mapped[int] = mapped_column(
        sa.SmallInteger, primary_key=True, default=1, server_default="1", autoincrement=False
    )
    boot: Mapped[str | None]
    steady: Mapped[float | None] = mapped_column(sa.Double)
    calm_from: Mapped[float | None] = mapped_column(sa.Double)
    read_at: Mapped[datetime | None]
    jumped_from: Mapped[datetime | None]
    jumped_at: Mapped[datetime | None]
    moved_by: Mapped[float | None] = mapped_column(sa.Double)
    told: Mapped[bool] = mapped_column(default=True, server_default=sa.text("true"))


class _Process:
    """What this process has seen."""

    def __init__(self) -> None:
        self.watch = ClockWatch()
        self.jump: Jump | None = None
        self.noticed = 0.0


_here = _Process()


def forget() -> None:
    """Begin anew, as a process that has just started."""
    global _here
    _here = _Process()


def watch_length() -> timedelta:
    """How long a jump is watched out."""
    return timedelta(seconds=clock_watch.REFRAIN)


def boot() -> str:
    """Which run of which machine the monotonic clock belongs to; never the same twice where nobody can tell."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return _UNKNOWN_BOOT


_UNKNOWN_BOOT = uuid.uuid4().hex


def state() -> ClockState | None:
    """The row as it stands."""
    return db.session.scalar(sa.select(ClockState).execution_options(populate_existing=True))


def now() -> datetime:
    """The database's clock, read under watch: a jump is written down before anybody decides by it."""
    before = steady()
    moment: datetime = db.session.execute(sa.select(app_now())).scalar_one()
    observe(moment, before)
    return moment


def observe(moment: datetime, before: float) -> bool:
    """Feed the watch with what the database's clock said after the steady moment `before`. True: it has just jumped.

    A jump is written in the caller's transaction, and again with every reading of the next minute: the first may be lost.
    """
    reading = Reading(moment, before, steady())
    unseen = not _here.watch.has_begun and _resume(reading.before)
    jump = _here.watch.observe(reading)
    if jump is not None:
        jump = replace(jump, last=None) if unseen else jump
        log.warning("the database's clock jumped by %.0f s", jump.moved_by)
        _here.jump, _here.noticed = jump, reading.after
    if _here.jump is not None and reading.after - _here.noticed < clock_watch.REFRAIN:
        record_jump(_here.jump)
    return jump is not None


def record_jump(jump: Jump) -> None:
    """Write the jump down, once for all who notice it; the latest moment at which one of them did counts."""
    found, near = state(), timedelta(seconds=clock_watch.REFRAIN)
    same = (
        found is not None
        and found.jumped_at is not None
        and found.moved_by is not None
        and abs(found.jumped_at - jump.at) <= near
        and abs(found.moved_by - jump.moved_by) <= 2 * clock_watch.TOLERANCE
    )
    if same and found is not None and found.jumped_at is not None:
        if found.jumped_at < jump.at:
            _put(jumped_at=jump.at)
        return
    _put(jumped_from=jump.last, jumped_at=jump.at, moved_by=jump.moved_by, told=jump.last is None)


def record_reading() -> None:
    """The clock process: read, and leave the reading for who comes next. Where nobody can say how the clock ran since the
    last one (another machine, or it was started anew), what is in doubt is as old as this moment."""
    before, found = steady(), state()
    moment = now()
    strange = found is not None and found.boot is not None and found.boot != boot()
    _put(boot=boot(), steady=steady(), calm_from=_here.watch.calm_from, read_at=moment)
    if strange:
        _put(jumped_from=None, jumped_at=moment, moved_by=None, told=True)
    if steady() - before > clock_watch.TOLERANCE:
        log.warning("the database took %.0f s to say the time", steady() - before)


def proven_now() -> datetime | None:
    """The database's time, when a full lease has passed on both clocks since the last jump; else None: refrain."""
    before = steady()
    moment = now()
    if steady() - before > clock_watch.TOLERANCE or _here.watch.calm_for(steady()) < clock_watch.REFRAIN:
        return None
    return None if watch_ends_at(state(), moment) is not None else moment


def watch_ends_at(found: ClockState | None, moment: datetime) -> datetime | None:
    """Until when a jump is watched out; None when there is none to watch."""
    if found is None or found.jumped_at is None or found.jumped_from is None:
        return None
    until = found.jumped_at + watch_length()
    return until if found.jumped_at - watch_length() <= moment < until else None


def skip_ends_at(found: ClockState | None, due_at: datetime, moment: datetime) -> datetime | None:
    """Until when something waits because the clock jumped over its due time a moment ago."""
    until = watch_ends_at(found, moment)
    if until is None or found is None or found.jumped_from is None or found.jumped_at is None:
        return None
    return until if found.jumped_from < due_at <= found.jumped_at else None


def notice_ends_at(found: ClockState | None, moment: datetime) -> datetime | None:
    """Until when the last jump is watched out, if it is not older than a day: so long the desk speaks of it."""
    if found is None or found.jumped_at is None or found.jumped_from is None:
        return None
    return found.jumped_at + watch_length() if abs(moment - found.jumped_at) <= timedelta(days=1) else None


def age_counts_from(began: datetime, moment: datetime) -> datetime:
    """From when it may be counted how long ago `began` is."""
    found = state()
    return age_start(began, moment, found.jumped_at if found else None)


def earliest_start(began: datetime) -> datetime:
    """The earliest moment that today's clock could give to something that was written down as `began`."""
    return began - _moved_since(began)


def latest_start(began: datetime) -> datetime:
    """The latest moment that today's clock could give to something that was written down as `began`."""
    return began + _moved_since(began)


def _moved_since(began: datetime) -> timedelta:
    """How far the last jump has moved the clock, either way, when `began` may have been written down before it."""
    found = state()
    if found is None or found.moved_by is None or found.jumped_at is None:
        return timedelta(0)
    moved = timedelta(seconds=abs(found.moved_by))
    return moved if began <= found.jumped_at + moved else timedelta(0)


def _resume(moment: float) -> bool:
    """Go on from the last reading that was left behind. True: it is old, so the desk stood still meanwhile."""
    found = state()
    if found is None or found.boot != boot() or found.read_at is None or found.steady is None or found.steady > moment:
        return False
    calm = found.steady if found.calm_from is None else found.calm_from
    _here.watch.resume(Reading(found.read_at, found.steady, found.steady), calm)
    return moment - found.steady > clock_watch.LONGEST_GAP


def _put(**columns: object) -> None:
    row = insert(ClockState).values(id=1, **columns)
    db.session.execute(row.on_conflict_do_update(index_elements=["id"], set_=columns))
