"""Signs of life in the database: each process reports. Home and `flask doctor` say by themselves who has not."""

from __future__ import annotations

import os
import socket
import threading
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import sqlalchemy.exc
from flask import Flask
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock_state, clock_watch, transactions
from app.core.db import app_now, db

EVERY = 10.0  # seconds between two reports of a process


class WorkerHeartbeat(db.Model):  # type: ignore[name-defined,misc]
    """One running process: `name` is host-pid-kind, `kind` a queue or "clock"."""

    __tablename__ = "worker_heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    host: Mapped[str]
    pid: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(server_default=sa.text("app_now()"))
    seen_at: Mapped[datetime] = mapped_column(server_default=sa.text("app_now()"))


def process_name(kind: str) -> str:
    """The name under which this process reports."""
    return f"{socket.gethostname()}-{os.getpid()}-{kind}"


def report(kind: str) -> None:
    """Say that this process is alive (database time)."""
    values: dict[str, Any] = {
        "name": process_name(kind),
        "kind": kind,
        "host": socket.gethostname(),
        "pid": os.getpid(),
    }
    row = insert(WorkerHeartbeat).values(**values)
    before = clock_state.steady()
    said = row.on_conflict_do_update(index_elements=["name"], set_={"seen_at": app_now()})
    moment = db.session.execute(said.returning(WorkerHeartbeat.seen_at)).scalar_one()
    clock_state.observe(moment, before)


def is_fresh(seconds: float) -> sa.ColumnElement[bool]:
    """Reported within so many seconds. A report from the future was made before the clock was put back: it says nothing."""
    seen, now = WorkerHeartbeat.seen_at, app_now()
    return sa.and_(seen > now - timedelta(seconds=seconds), seen <= now + timedelta(seconds=clock_watch.TOLERANCE))


def last_seen() -> sa.ColumnElement[datetime | None]:
    """The last report of those that are counted; one from the future only where there is no other."""
    seen = WorkerHeartbeat.seen_at
    past = sa.func.max(seen).filter(seen <= app_now() + timedelta(seconds=clock_watch.TOLERANCE))
    return sa.func.coalesce(past, sa.func.max(seen))


def depart(kind: str) -> None:
    """Say that this process ends, and forget those that have been silent for a day."""
    gone = sa.or_(
        WorkerHeartbeat.name == process_name(kind), WorkerHeartbeat.seen_at < app_now() - sa.text("interval '1 day'")
    )
    db.session.execute(sa.delete(WorkerHeartbeat).where(gone))


def keep_reporting(app: Flask, kind: str, stop: threading.Event) -> threading.Thread:
    """Report every ten seconds in a thread of its own until `stop`; an absent database is waited for."""

    def run() -> None:
        with app.app_context():
            while not stop.is_set():
                _quietly(report, kind)
                stop.wait(EVERY)
            _quietly(depart, kind)

    thread = threading.Thread(target=run, name=f"pulse-{kind}", daemon=True)
    thread.start()
    return thread


def _quietly(action: Any, kind: str) -> None:
    try:
        transactions.transaction(action, kind)
    except sqlalchemy.exc.DBAPIError:
        pass  # the next report says it again
