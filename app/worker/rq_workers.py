"""What our two kinds of RQ worker do differently from RQ."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import redis
from rq import Queue, SimpleWorker, Worker
from rq.serializers import JSONSerializer

from app.audit.refusals import record_refused_job
from app.core import queue
from app.core.worker_job import ID, Refused, WorkerJob
from app.lib import logs

log = logging.getLogger(__name__)
MAX_TRACEBACK = 8_000  # characters of an exception that RQ keeps for a day
WORKER_TTL = 30  # seconds; RQ's default of 400 leaves a killed worker's job unnoticed for minutes
MAX_RECONNECT_WAIT = 5.0  # seconds; RQ's own waits for a Redis that is away grow to a minute


# so that the types of what it builds on are known; SimpleWorker adds to Worker only how a job is run
if TYPE_CHECKING:
    Base = SimpleWorker
else:
    Base = object


class ResilientMixin(Base):
    """What both kinds of worker do differently from RQ: no fault of Redis delays their end, or leaves a thread behind."""

    max_connection_wait_time = MAX_RECONNECT_WAIT
    stop: threading.Event

    def request_stop(self, signum: Any, frame: Any) -> None:
        self.stop.set()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ gives it no types

    def handle_exception(self, job: Any, *exc_info: Any) -> None:
        """RQ would log the traceback as it is, with the arguments of statements in it; we have no handlers of its kind."""
        self.log.error("job %s failed (%s)", job.id, job.description, exc_info=exc_info)
        _record_refusal(job, exc_info[1])

    def handle_job_failure(self, job: Any, queue: Any, started_job_registry: Any = None, exc_string: str = "") -> None:
        """What RQ keeps in Redis for a day."""
        error = sys.exc_info()[1]
        text = logs.format_traceback(error) if error is not None else logs.clean(exc_string)
        super().handle_job_failure(job, queue, started_job_registry, text[-MAX_TRACEBACK:])

    def set_shutdown_requested_date(self) -> None:
        """RQ would write to Redis from within the signal's handler; nobody reads it."""

    def execute_job(self, job: Any, queue: Any) -> None:
        """A job that is not ours fails here, in no fork and with nothing of it called."""
        job.refuse_elsewhere(queue.name)
        if job.refusal is None:
            super().execute_job(job, queue)
        else:
            SimpleWorker.execute_job(self, job, queue)

    def subscribe(self) -> None:
        """RQ's own commands (stop this job, shut down) are not used: signals say that."""

    def unsubscribe(self) -> None:
        """Nothing was subscribed to."""

    def run_maintenance_tasks(self) -> None:
        """Tidies RQ's registries, and takes out of its queues the entries that would end its loop again and again. Groups are not used."""
        for one in self.queues:
            _drop_invalid_ids(one)
        self.clean_registries()  # type: ignore[no-untyped-call]  # RQ gives it no types

    def register_death(self) -> None:
        with contextlib.suppress(redis.RedisError):
            super().register_death()  # type: ignore[no-untyped-call]  # RQ gives it no types


class InProcessWorker(ResilientMixin, SimpleWorker):
    """Works in its own process."""


class ForkingWorker(ResilientMixin, Worker):
    """Forks for each job."""


def make_worker(name: str) -> InProcessWorker | ForkingWorker:
    """The worker of one queue."""
    kind = InProcessWorker if name == "publish" else ForkingWorker
    return kind(
        [Queue(name, connection=queue.worker_client(), serializer=JSONSerializer, job_class=WorkerJob)],
        connection=queue.worker_client(),
        job_class=WorkerJob,
        name=f"{name}-{socket.gethostname()}-{os.getpid()}-{time.time_ns()}",
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
    )


def _record_refusal(job: Any, error: BaseException | None) -> None:
    """After a job failed: one that was not ours is written into the audit."""
    if isinstance(error, Refused):
        record_refused_job(job.origin or "default", str(error))


def _drop_invalid_ids(one: Any) -> None:
    """Entries of the queue that RQ could not even read; each would end its loop."""
    for key in (one.key, one.intermediate_queue_key):
        for entry in one.connection.lrange(key, 0, -1):
            if not ID.fullmatch(entry.decode("ascii", "replace")):
                one.connection.lrem(key, 1, entry)
                log.error("an entry of the queue %s that is no job was dropped", one.name)
                record_refused_job(one.name, "An entry of the queue was no job and was dropped.")
