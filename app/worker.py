"""The processes beside the web: RQ workers, one queue each, and the clock.

A worker of `publish` runs its jobs in its own process (a drain starts threads); one of `default` forks per job. Redis is
only the bell: when it is away, full, frozen or refuses to write, a worker of `publish` looks into the table by itself
(`publishing/drain.loop`), and every worker listens again as soon as Redis lets it.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import signal
import socket
import sys
import threading
import time
from datetime import datetime
from typing import Any

import redis
from croniter import croniter
from rq import Queue, SimpleWorker, Worker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from app.core import heartbeats, queue
from app.core.worker_job import ID, Refused, WorkerJob
from app.environment import Environment
from app.factory import Pressroom, create_app
from app.lib import clock, logs
from app.schedule import SCHEDULE
from app.staff.auth_hooks import refused_job

log = logging.getLogger(__name__)
LONGEST_TRACE = 8_000  # characters of an exception that RQ keeps for a day
WORKER_TTL = 30  # seconds; RQ's default of 400 leaves a killed worker's job unnoticed for minutes
LOOPS = ("app.delivery.dispatcher", "app.delivery.sweeper")
PAST_THE_BELL = {"publish": "app.delivery.drain"}
LISTEN_AGAIN = 1.0  # seconds after Redis refused a worker
WAIT_FOR_REDIS = 5.0  # RQ's own waits for a Redis that is away grow to a minute
LAST_CALLS = 8.5  # seconds; the supervisor kills after 8.8


class Listening:
    """What both kinds of worker do differently from RQ: no fault of Redis delays their end, or leaves a thread behind."""

    max_connection_wait_time = WAIT_FOR_REDIS
    stop: threading.Event

    def request_stop(self, signum: Any, frame: Any) -> None:
        self.stop.set()
        super().request_stop(signum, frame)  # type: ignore[misc]

    def handle_exception(self, job: Any, *exc_info: Any) -> None:
        """RQ would log the traceback as it is, with the arguments of statements in it; we have no handlers of its kind."""
        self.log.error("job %s failed (%s)", job.id, job.description, exc_info=exc_info)  # type: ignore[attr-defined]
        _told(job, exc_info[1])

    def handle_job_failure(self, job: Any, queue: Any, started_job_registry: Any = None, exc_string: str = "") -> None:
        """What RQ keeps in Redis for a day."""
        error = sys.exc_info()[1]
        told = logs.drawn(error) if error is not None else logs.clean(exc_string)
        super().handle_job_failure(job, queue, started_job_registry, told[-LONGEST_TRACE:])  # type: ignore[misc]

    def set_shutdown_requested_date(self) -> None:
        """RQ would write to Redis from within the signal's handler; nobody reads it."""

    def execute_job(self, job: Any, queue: Any) -> None:
        """A job that is not ours fails here, in no fork and with nothing of it called."""
        job.refuse_elsewhere(queue.name)
        if job.refusal is None:
            super().execute_job(job, queue)  # type: ignore[misc]
        else:
            SimpleWorker.execute_job(self, job, queue)

    def subscribe(self) -> None:
        """RQ's own commands (stop this job, shut down) are none of ours: signals say that."""

    def unsubscribe(self) -> None:
        """Nothing was subscribed to."""

    def run_maintenance_tasks(self) -> None:
        """RQ's registries, and what would stop its loop again and again: ids that are none. Groups are not used."""
        for one in self.queues:  # type: ignore[attr-defined]
            _drop_what_is_no_id(one)
        self.clean_registries()  # type: ignore[attr-defined]

    def register_death(self) -> None:
        with contextlib.suppress(redis.RedisError):
            super().register_death()  # type: ignore[misc]


class Draining(Listening, SimpleWorker):  # type: ignore[misc]
    """Works in its own process."""


class Forking(Listening, Worker):  # type: ignore[misc]
    """Forks for each job."""


def run_worker(name: str, settings: Environment | None = None) -> None:
    """Work through one queue until SIGTERM, whatever Redis does."""
    app = create_app(settings, role="publish" if name == "publish" else "job")
    stop = threading.Event()
    with app.app_context():
        beat = heartbeats.keep_reporting(app, name, stop)
        beside = _beside(app, name, stop)
        while not stop.is_set():
            _until_signal(stop)
            try:
                _listen(name, stop)
            except (redis.RedisError, OSError) as error:
                log.warning("Redis is away (%s); the worker of %s listens again", type(error).__name__, name)
            except StopRequested:
                break
            _until_signal(stop)
            stop.wait(LISTEN_AGAIN)
        stop.set()
        for thread, seconds in ((beside, LAST_CALLS), (beat, 2.0)):
            if thread is not None:
                thread.join(timeout=seconds)


def _listen(name: str, stop: threading.Event) -> None:
    """RQ's loop. It also ends by itself when a command times out or is refused (a full disk, a replica)."""
    worker = listener(name)
    worker.stop = stop
    worker.work(logging_level="WARNING")


def listener(name: str) -> Draining | Forking:
    """The worker of one queue."""
    kind = Draining if name == "publish" else Forking
    return kind(
        [Queue(name, connection=queue.connection(), serializer=JSONSerializer, job_class=WorkerJob)],
        connection=queue.connection(),
        job_class=WorkerJob,
        name=f"{name}-{socket.gethostname()}-{os.getpid()}-{time.time_ns()}",
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
    )


def _told(job: Any, error: BaseException | None) -> None:
    """After a job failed: one that was not ours is told in the audit."""
    if isinstance(error, Refused):
        refused_job(job.origin or "default", str(error))


def _drop_what_is_no_id(one: Any) -> None:
    """Entries of the queue that RQ could not even read; each would end its loop."""
    for key in (one.key, one.intermediate_queue_key):
        for entry in one.connection.lrange(key, 0, -1):
            if not ID.fullmatch(entry.decode("ascii", "replace")):
                one.connection.lrem(key, 1, entry)
                log.error("an entry of the queue %s that is no job was dropped", one.name)
                refused_job(one.name, "An entry of the queue was no job and was dropped.")


def _beside(app: Pressroom, name: str, stop: threading.Event) -> threading.Thread | None:
    """The loop that needs no bell, for the queue that posts wait in."""
    if name not in PAST_THE_BELL:
        return None
    module = importlib.import_module(PAST_THE_BELL[name])
    thread = threading.Thread(target=_loop, args=(app, module, stop), name="past-the-bell", daemon=True)
    thread.start()
    return thread


def _until_signal(stop: threading.Event) -> None:
    """Between two of RQ's loops a signal only says that it is time to end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())


def run_clock(settings: Environment | None = None) -> None:
    """The schedule and the loops that must be quicker than a minute, until SIGTERM."""
    app = create_app(settings, role="job")
    stop = threading.Event()
    _until_signal(stop)
    threads = [
        threading.Thread(target=_loop, args=(app, importlib.import_module(name), stop), name=name) for name in LOOPS
    ]
    for thread in threads:
        thread.start()
    with app.app_context():
        heartbeats.keep_reporting(app, "clock", stop)
        _schedule(stop)
    for thread in threads:
        thread.join(timeout=8)


def _loop(app: Pressroom, module: Any, stop: threading.Event) -> None:
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
                queue.send([queue.JobRequest("tick", (name,))] if moment <= now else [])
                moments[name] = due[name].get_next(datetime, start_time=now)
        last = now
        stop.wait(1.0)
