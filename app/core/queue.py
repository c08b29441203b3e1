"""Jobs by name: an action asks for one, the request is sent to Redis after the commit, a worker performs it.

Redis is only the bell: a lost, repeated or late request costs time, never work. The rows say what is to be done, and sweepers
ask again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import redis
from flask import Flask, current_app
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from app.core import actor, notices
from app.core.db import db

log = logging.getLogger(__name__)

Job = Callable[..., None]


class JobRequest(NamedTuple):
    """A job's name and its arguments: strings only, ids mostly, never a secret."""

    name: str
    args: tuple[str, ...]


class _Registered(NamedTuple):
    run: Job
    queue: str
    timeout: int


JOBS: dict[str, _Registered] = {}
_CURRENT: dict[str, str] = {}
"""A job's former name → its name: an older desk may have left it in Redis or among the open deliveries of events."""
REACTIONS: dict[str, tuple[str, ...]] = {}
PERFORM = "app.core.queue.perform"
"""The one function that a job in Redis may name (`app.core.worker_job`)."""
QUICK = 0.5  # seconds, twice: a connection that was closed meanwhile is made anew
QUIET_AFTER_FAILURE = 5.0  # seconds without trying Redis again, so that an outage does not slow every request


def job(name: str, queue: str = "default", timeout: int = 300, formerly: str = "") -> Callable[[Job], Job]:
    """Register a function as the job `name`. `timeout` in seconds; -1 for none. `formerly`: the name it once had."""

    def register(run: Job) -> Job:
        JOBS[name] = _Registered(run, queue, timeout)
        if formerly:
            rename(formerly, name)
        return run

    return register


def rename(former: str, name: str) -> None:
    """Let what was left for the job `former` go to `name`: a job, or a consumer `job:key`."""
    _CURRENT[former] = name


def current(name: str) -> str:
    """The name that a job has today."""
    return _CURRENT.get(name, name)


def run_consumer(consumer: str, entity_id: str) -> None:
    """Run what follows an action: a job with the id of the thing, or as `job:key` with the key and the id."""
    name, _, key = consumer.partition(":")
    JOBS[name].run(*([key] if key else []), entity_id)


def consumers(action: str) -> tuple[str, ...]:
    """What follows a recorded action: the jobs of `app.reactions`, and the notices that rooms declare."""
    return (*REACTIONS.get(action, ()), *notices.followers(action))


def enqueue(name: str, *args: str) -> None:
    """Ask for a job once the current transaction has been kept."""
    if name not in JOBS:
        raise LookupError(f"no job is called {name}")
    requests: list[JobRequest] = db.session().info.setdefault("job_requests", [])
    request = JobRequest(name, tuple(str(a) for a in args))
    if request not in requests:
        requests.append(request)


def send(requests: list[JobRequest]) -> None:
    """Put them into Redis; when it is away, say so once and leave it to the sweepers."""
    state = current_app.extensions["broker"]
    for request in requests:
        if time.monotonic() < state.get("quiet_until", 0.0):
            return
        try:
            _send(request)
        except redis.RedisError as error:
            state["quiet_until"] = time.monotonic() + QUIET_AFTER_FAILURE
            log.warning("Redis is away (%s); %s waits for the sweeper", type(error).__name__, request.name)


def _send(request: JobRequest) -> None:
    spec = JOBS[request.name]
    target = Queue(spec.queue, connection=sending_client(), serializer=JSONSerializer)
    target.enqueue_call(
        PERFORM,
        args=(request.name, *request.args),
        timeout=spec.timeout,
        result_ttl=0,
        failure_ttl=86_400,
        description=request.name,
    )


def queue_length(name: str) -> int:
    """How many requests of a queue no worker has taken yet; 0 when Redis is away (then sending fails too, and is tried again)."""
    try:
        return len(Queue(name, connection=sending_client(), serializer=JSONSerializer))
    except redis.RedisError:
        return 0


def perform(name: str, *args: str) -> None:
    """What RQ calls in the worker: the job, done by the system under a trace id of its own."""
    with actor.acting(actor.Actor(type="system", id=name, name="Pressroom")):
        JOBS[name].run(*args)


def worker_client() -> redis.Redis:
    """The Redis client of this process, for workers: as patient as they want it."""
    client: redis.Redis = current_app.extensions["broker"]["redis"]
    return client


def sending_client() -> redis.Redis:
    """The client that sends: an action is committed, and nobody waits for a Redis that does not answer within a second."""
    client: redis.Redis = current_app.extensions["broker"]["quick"]
    return client


def init_app(app: Flask, url: str | None, reactions: dict[str, tuple[str, ...]]) -> None:
    """Keep a client with short time-outs; it connects when first used, so nothing here needs Redis to be up."""
    state: dict[str, Any] = {}
    if url:
        state["redis"] = redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5, health_check_interval=30)
        state["quick"] = redis.Redis.from_url(
            url, socket_connect_timeout=QUICK, socket_timeout=QUICK, retry=Retry(NoBackoff(), 1)
        )
    app.extensions["broker"] = state
    REACTIONS.clear()
    REACTIONS.update(reactions)
