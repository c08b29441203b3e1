"""Periodic jobs (`app.schedule`): one process runs a tick, and the time it last ran is left for Home and `flask doctor`."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock_state, locks, queue, transactions
from app.core.db import app_now, db
from app.core.heartbeats import process_name


class ScheduleRun(db.Model):  # type: ignore[name-defined,misc]
    """When a periodic job last ended, and how."""

    __tablename__ = "schedule_runs"

    name: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]


@queue.job("tick", timeout=600)
def tick(name: str) -> None:
    """Run a periodic job unless another process is running it, and note how it ended."""
    name, owner = queue.current(name), process_name("tick")
    if not transactions.transaction(_begin, name, owner):
        return
    error = None
    try:
        queue.JOBS[name].run()
    except Exception as fault:
        error = f"{type(fault).__name__}"
        raise
    finally:
        transactions.transaction(_end, name, owner, error)


def _begin(name: str, owner: str) -> bool:
    moment = clock_state.now()
    if clock_state.watch_ends_at(clock_state.state(), moment):
        return False  # nothing expires or is forgotten by a clock that has just jumped; the next minute does it
    if not locks.lease(f"tick:{name}", owner, 600):
        return False
    row = insert(ScheduleRun).values(name=name, started_at=app_now())
    db.session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"started_at": app_now()}))
    return True


def _end(name: str, owner: str, error: str | None) -> None:
    db.session.execute(
        sa.update(ScheduleRun).where(ScheduleRun.name == name).values(finished_at=app_now(), error=error)
    )
    locks.release(f"tick:{name}", owner)
