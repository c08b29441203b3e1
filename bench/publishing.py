"""Records settled per second end to end, against RQ's own forked no-op rate of the same run; and how late a burst is.

Everything is real: PostgreSQL with its commits, Valkey, two worker processes, the clock, eight webhook accounts on four
hosts that answer in 20 ms. With BENCH_HOSTS=2 the caps (two calls at once an account, four a host) are the limit, with four it is
the processor.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from app.accounts import actions as account_actions
from app.accounts.connect_input import ConnectInput
from app.accounts.services import verify
from app.content import actions as content
from app.content.models import Artifact
from app.core import actor, heartbeats, queue, transactions
from app.core.db import app_now, db
from app.environment import Environment
from app.publishing import actions as publishing
from app.publishing.models import PublishRecord
from bench.served_app import served_app

RECORDS = int(os.environ.get("BENCH_PUBLISH", "1200"))
HOSTS = int(os.environ.get("BENCH_HOSTS", "4"))  # two accounts each: with four, the caps leave room for all 16 threads
BURST = 100
RATE, STEADY = 20, int(os.environ.get("BENCH_STEADY", "120"))  # records a second, for so many seconds
PORT = 48123
SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY"


@contextmanager
def processes(settings: Environment, *commands: list[str], ready: Callable[[], Any]) -> Iterator[None]:
    """Run them for the length of the block, which begins once all of them are ready."""
    env = {
        **os.environ, "PRESSROOM_DATA": str(settings.data), "DATABASE_URL": settings.database_url.replace("+psycopg", ""),
        "REDIS_URL": settings.redis_url, "PRESSROOM_ALLOW_HOSTS": "127.0.0.0/8", "PYTHONPATH": os.getcwd(),
    }  # fmt: skip
    started = [subprocess.Popen([sys.executable, *words], env=env, stderr=subprocess.DEVNULL) for words in commands]
    try:
        end = time.monotonic() + 60
        while not ready():
            if time.monotonic() > end:
                raise TimeoutError(f"not ready after a minute: {commands}")
            time.sleep(0.05)
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def listening(to: Queue) -> int:
    """RQ workers that listen to the queue."""
    return int(Worker.count(connection=queue.worker_client(), queue=to))


def at_work() -> bool:
    """Both workers listen and the clock has reported."""
    ours = Queue("publish", connection=queue.worker_client(), serializer=JSONSerializer)
    clocks = sa.select(sa.func.count()).where(heartbeats.WorkerHeartbeat.kind == "clock")
    return listening(ours) == 2 and bool(transactions.transaction(db.session.scalar, clocks))


def receives() -> bool:
    """The platform takes connections."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.2", PORT)) == 0


def rq_rate(settings: Environment, jobs: int = 400) -> float:
    """No-op jobs per second through RQ's own forking workers, two of them."""
    ours = Queue("bench", connection=queue.worker_client(), serializer=JSONSerializer)
    worker = [
        "-m",
        "rq.cli",
        "worker",
        "bench",
        "--url",
        settings.redis_url,
        "-q",
        "--serializer",
        "rq.serializers.JSONSerializer",
    ]
    with processes(settings, worker, worker, ready=lambda: listening(ours) == 2):
        began = time.perf_counter()
        for _ in range(jobs):
            ours.enqueue_call("time.time", result_ttl=0)
        while len(ours) or ours.started_job_registry.count:
            time.sleep(0.01)
        return jobs / (time.perf_counter() - began)


def accounts() -> list[Any]:
    """Two webhook accounts on each host, checked and active."""
    ids = []
    for n, host in enumerate(f"127.0.0.{number}" for number in range(1, HOSTS + 1) for _ in range(2)):
        entry = ConnectInput("webhook", f"receiver {n}", {"secret": SECRET}, {"url": f"http://{host}:{PORT}/hook/{n}"})
        ids.append(transactions.transaction(account_actions.connect, entry).id)
        verify(str(ids[-1]))
    return ids


def approved(number: int, ids: list[Any], at: Any = None) -> None:
    """One approved item on its way to all accounts."""
    item = content.create_item({"title": f"Bench {number}", "body": f"Text number {number}."})
    version = db.session.get_one(Artifact, item.current_version_id)
    content.to_review(item, version)
    content.set_approved(item, version)
    db.session.flush()
    publishing.schedule(item, version, ids, at, "UTC")


def settled() -> int:
    done = sa.select(sa.func.count()).where(PublishRecord.status.in_(("success", "failed", "unknown")))
    return transactions.transaction(db.session.scalar, done) or 0


def wait_for(count: int, seconds: float) -> float:
    began = time.perf_counter()
    while settled() < count and time.perf_counter() - began < seconds:
        time.sleep(0.05)
    return time.perf_counter() - began


def run() -> list[tuple[str, str, str]]:
    """Rows of the bench table."""
    from tests.factories import make_user

    with served_app() as (_, settings):
        person = transactions.transaction(make_user, role="admin")
        forked = rq_rate(settings)
        with actor.acting(actor.Actor(type="human", id=str(person.id), name=person.full_name, role="admin")):
            return _measure(settings, forked)


def _measure(settings: Environment, forked: float) -> list[tuple[str, str, str]]:
    ours = [["-m", "flask", "worker", "publish"], ["-m", "flask", "worker", "publish"], ["-m", "flask", "clock"]]
    with processes(settings, ["-m", "bench.receiver", str(PORT)], ready=receives):
        ids = accounts()
        transactions.transaction(publishing.hold_everything, "The bench fills the queue.")
        for number in range(RECORDS // (2 * HOSTS)):
            transactions.transaction(approved, number, ids)
        with processes(settings, *ours, ready=at_work):
            transactions.transaction(publishing.release, "all", "", "emergency")
            took = wait_for(RECORDS, 120)
            rate = settled() / took
            late, steady = _burst(ids), _steady(ids)
    outcome = dict(transactions.transaction(_outcomes))
    return [
        ("RQ's own forked no-op rate, two workers", f"{forked:.0f} jobs/s", ""),
        ("records settled end to end, two workers", f"{rate:.0f}/s, {rate / forked:.2f} × RQ; {outcome}", "≥ 2 ×"),
        (f"{BURST} records due in one second: late", _shown(late), "p99 ≤ 1.0 s"),
        (f"{RATE} records a second for {STEADY} s: late", _shown(steady), "p99 ≤ 1 s"),
    ]  # fmt: skip


def _shown(late: list[float]) -> str:
    return f"p50 {median(late):.2f} s, p99 {late[int(len(late) * 0.99) - 1]:.2f} s of {len(late)}"


def _outcomes() -> list[tuple[str, int]]:
    found = db.session.execute(sa.select(PublishRecord.status, sa.func.count()).group_by(PublishRecord.status))
    return [(status, count) for status, count in found]


def _burst(ids: list[Any]) -> list[float]:
    """Lateness of records that are all due at one moment, on idle workers."""
    at = _soon(12)
    return _late(ids, [at] * (BURST // len(ids)))


def _steady(ids: list[Any]) -> list[float]:
    """Lateness of records of which so many come due each second, for a while."""
    between = timedelta(seconds=len(ids) / RATE)
    at = _soon(12 + STEADY * RATE / 100)  # they are made at some hundred a second
    return _late(ids, [at + n * between for n in range(STEADY * RATE // len(ids))])


def _soon(seconds: float) -> datetime:
    now: datetime = transactions.transaction(lambda: db.session.scalar(sa.select(app_now())))
    return now + timedelta(seconds=seconds)


def _late(ids: list[Any], moments: list[datetime]) -> list[float]:
    """Seconds from due to published, worst last, of a post to every account at each of the moments."""
    before = settled()
    first = before + 100_000
    for number, at in enumerate(moments):
        transactions.transaction(approved, first + number, ids, at)
    if _soon(0) > moments[0]:
        raise RuntimeError("the records were not made in time; the figure would say nothing")
    wait_for(before + len(moments) * len(ids), 60 + (moments[-1] - _soon(0)).total_seconds())
    lateness = sa.select(sa.func.extract("epoch", PublishRecord.published_at - PublishRecord.due_at))
    rows = transactions.transaction(
        lambda: db.session.scalars(lateness.where(PublishRecord.due_at.in_(set(moments)))).all()
    )
    return sorted(float(row) if row is not None else 999.0 for row in rows) or [999.0]
