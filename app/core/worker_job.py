"""The only job that a worker performs: one of `app.core.queue.JOBS`, asked for by this desk, with words as arguments.

RQ itself imports whatever function a job names, calls its callbacks, sends its webhooks, inflates its data without a bound and
reads its result and meta. Whoever can write to Redis would run code in the process that holds the keys. Here a job is looked at
before anything of it is used: sizes first, then the fields, then the data as JSON of the one form. What is of another form
is refused: nothing is imported or called, it ends as failed with a plain reason, and its other fields are thrown away.
"""

from __future__ import annotations

import inspect
import json
import logging
import re
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from redis import Redis
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus
from rq.utils import now, str_to_date

from app.core.queue import JOBS, PERFORM, current, perform

log = logging.getLogger(__name__)

LONGEST = 4096  # bytes of a field, packed and unpacked; our longest data are 150
MOST_FIELDS = 40
MOST_ARGUMENTS, LONGEST_ARGUMENT = 8, 200
KEPT = 86_400  # seconds that a failed job can be looked at
ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
READ = ("data", "origin", "status", "created_at", "enqueued_at", "started_at", "ended_at", "timeout")
# fields of RQ that make a worker do something else: none is ever set by `queue.enqueue`
FOREIGN = (
    "success_callback_name", "failure_callback_name", "stopped_callback_name", "webhooks", "dependency_ids", "dependency_id",
    "meta", "repeats_left", "repeat_intervals", "retry_intervals", "number_of_retries", "retries_left", "group_id", "result",
)  # fmt: skip


class Refused(Exception):
    """A job that the desk did not make. Says why, never what it carried."""


class WorkerJob(Job):  # type: ignore[misc]
    """`refusal`: why it is not performed; None for one of ours."""

    refusal: str | None = None
    call: tuple[str, ...] = ()

    @classmethod
    def fetch(cls, id: str, connection: Redis | None = None, serializer: Any = None) -> WorkerJob:
        """Raises NoSuchJobError, also for an id that RQ could not keep: then the worker goes on with the next one."""
        if not ID.fullmatch(id.partition(":")[0]):
            log.error("a job with an id that is none was dropped from the queue")
            raise NoSuchJobError("not an id")
        return cast(WorkerJob, super().fetch(id, connection, serializer))

    @classmethod
    def fetch_many(cls, job_ids: Any, connection: Redis, serializer: Any = None) -> list[Any]:
        found: list[Any] = []
        for job_id in job_ids:
            try:
                found.append(cls.fetch(job_id, connection, serializer))
            except NoSuchJobError:
                found.append(None)
        return found

    def refresh(self) -> None:
        """Read what is needed, and only once its size is known. Raises NoSuchJobError."""
        self.refusal = self._refusal_by_size()
        values = self.connection.hmget(self.key, READ) if self.refusal is None else ()
        self.restore(dict(zip(READ, (value or b"" for value in values), strict=False)))

    def _refusal_by_size(self) -> str | None:
        """Asked of Redis, so that nothing large is fetched."""
        with self.connection.pipeline(transaction=False) as ask:
            ask.type(self.key)
            ask.hlen(self.key)
            for name in (*READ, *FOREIGN):
                ask.hstrlen(self.key, name)
            kind, fields, *sizes = ask.execute(raise_on_error=False)
        if kind == b"none":
            raise NoSuchJobError(f"No such job: {self.key}")
        if kind != b"hash":
            return "it is not kept as a job is"
        if fields > MOST_FIELDS or max(sizes) > LONGEST:
            return "it is larger than any job of the desk"
        foreign = [name for name, size in zip(FOREIGN, sizes[len(READ) :], strict=True) if size]
        return f"it asks for more than a call ({foreign[0]})" if foreign else None

    def restore(self, raw: Any) -> None:
        """Take over what was read, bit by bit; nothing else of the job is ever looked at."""
        text = {name: value.decode("ascii", "replace") for name, value in raw.items() if name != "data"}
        self.origin = text.get("origin", "")
        self._status = JobStatus(text["status"]) if text.get("status") in set(JobStatus) else JobStatus.QUEUED
        self.created_at = _moment(text.get("created_at")) or now()
        self.enqueued_at, self.started_at = _moment(text.get("enqueued_at")), _moment(text.get("started_at"))
        self.ended_at = _moment(text.get("ended_at"))
        self.result_ttl, self.failure_ttl, self.timeout = 0, KEPT, 60
        if self.refusal is None:
            try:
                self.call = parse_call(raw.get("data", b""))
                self.timeout = JOBS[self.call[0]].timeout
            except Refused as error:
                self.refusal = str(error)
        self._func_name, self._instance, self._args, self._kwargs = PERFORM, None, self.call, {}
        self.description = self.call[0] if self.call else "a job that the desk did not make"
        self.data  # noqa: B018  (made anew from the call: what was in Redis is not written back)
        if self.refusal is not None:
            self.connection.delete(self.key)  # what it carried; RQ writes the job anew when it has failed

    def refuse_elsewhere(self, queue: str) -> None:
        """A job belongs to one queue: the other's worker has neither its threads nor its time. What it says of its queue counts for nothing."""
        self.origin = queue
        if self.refusal is None and JOBS[self.call[0]].queue != queue:
            self.refusal = f"it belongs to the queue {JOBS[self.call[0]].queue}"

    @property
    def func(self) -> Callable[..., None]:
        return perform

    success_callback = failure_callback = stopped_callback = property(lambda self: None)

    def _execute(self) -> None:
        if self.refusal is not None:
            raise Refused(f"This job was not made by the desk and was not performed: {self.refusal}.")
        perform(*self.call)


def parse_call(data: bytes) -> tuple[str, ...]:
    """The name and the arguments of a call of `perform`. Raises Refused for anything else."""
    try:
        unpacked = json.loads(_inflate(data))
    except (ValueError, RecursionError):
        raise Refused("its data are not what the desk writes") from None
    if not isinstance(unpacked, list) or len(unpacked) != 4:
        raise Refused("its data are not a call")
    function, instance, given, named = unpacked
    if function != PERFORM or instance is not None or named not in ({}, None):
        raise Refused("it names another function")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_ARGUMENTS:
        raise Refused("its arguments are not a short list")
    if not all(isinstance(one, str) and len(one) <= LONGEST_ARGUMENT for one in given):
        raise Refused("its arguments are not short words")
    name = current(given[0])
    if name not in JOBS:
        raise Refused("no job has this name")
    try:
        inspect.signature(JOBS[name].run).bind(*given[1:])
    except TypeError:
        raise Refused("it has too many or too few arguments") from None
    return (name, *given[1:])


def _inflate(data: bytes) -> bytes:
    """Never more than LONGEST, however small it was packed."""
    try:
        unpacked = zlib.decompressobj().decompress(data, LONGEST + 1)
    except zlib.error:
        unpacked = data
    if len(unpacked) > LONGEST:
        raise Refused("it is larger than any job of the desk")
    return unpacked


def _moment(text: str | None) -> datetime | None:
    try:
        found: datetime | None = str_to_date(text) if text else None
    except ValueError:
        found = None
    return found
