"""The processes beside the web: RQ workers, one queue each, and the clock.

A worker of `publish` runs its jobs in its own process (a drain starts threads); one of `default` forks per job.
"""

from __future__ import annotations

import importlib
import logging
import os
import signal
import socket
import threading
import time
from datetime import datetime
from typing import Any

import redis
from croniter import croniter
from rq import Queue, SimpleWorker, Worker
from rq.serializers import JSONSerializer

from app.core import pulse, queue
from app.factory import House, create_app
from app.ground import clock
from app.schedule import SCHEDULE
from app.settings import Settings

log = logging.getLogger(__name__)
WORKER_TTL = 30  # seconds; RQ's default of 400 leaves a killed worker's job unnoticed for minutes
LOOPS = ("app.publishing.dispatcher", "app.publishing.sweeper")


def run_worker(name: str, settings: Settings | None = None) -> None:
    """Work through one queue until SIGTERM. Waits for Redis when it is away."""
    app = create_app(settings, role="job")
    kind = SimpleWorker if name == "publish" else Worker
    stop = threading.Event()
    with app.app_context():
        beat = pulse.keep_reporting(app, name, stop)
        while True:
            try:
                worker = kind(
                    [Queue(name, connection=queue.connection(), serializer=JSONSerializer)],
                    connection=queue.connection(),
                    name=f"{name}-{socket.gethostname()}-{os.getpid()}-{int(time.time())}",
                    serializer=JSONSerializer,
                    worker_ttl=WORKER_TTL,
                )
                worker.work(logging_level="WARNING")
                break
            except redis.ConnectionError:
                log.warning("Redis is away; the worker of %s tries again", name)
                time.sleep(1)
        stop.set()
        beat.join(timeout=2)


def run_clock(settings: Settings | None = None) -> None:
    """The schedule and the loops that must be quicker than a minute, until SIGTERM."""
    app = create_app(settings, role="job")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threads = [
        threading.Thread(target=_loop, args=(app, importlib.import_module(name), stop), name=name) for name in LOOPS
    ]
    for thread in threads:
        thread.start()
    with app.app_context():
        pulse.keep_reporting(app, "clock", stop)
        _schedule(stop)
    for thread in threads:
        thread.join(timeout=8)


def _loop(app: House, module: Any, stop: threading.Event) -> None:
    """Run one loop again when it fails: a database that was restarted is found again."""
    with app.app_context():
        while not stop.is_set():
            try:
                module.loop(stop)
            except Exception:
                log.exception("%s failed; it starts again", module.__name__)
                stop.wait(1)


def _schedule(stop: threading.Event) -> None:
    """Ring each tick at its minute. RQ's own CronScheduler pickles its jobs; ours carry JSON strings only."""
    due = {tick.job: croniter(tick.cron, clock.now()) for tick in SCHEDULE}
    moments = {name: times.get_next(datetime) for name, times in due.items()}
    last = clock.now()
    while not stop.is_set():
        now = clock.now()
        for name, moment in moments.items():
            put_back = now < last and moment > due[name].get_next(datetime, start_time=now)
            if moment <= now or put_back:  # after the machine's clock was put back by hours nothing waits for hours
                queue.flush([queue.Bell("tick", (name,))] if moment <= now else [])
                moments[name] = due[name].get_next(datetime, start_time=now)
        last = now
        stop.wait(1.0)
