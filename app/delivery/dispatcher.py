"""The dispatcher: a loop in the clock process that enqueues drains when records are due.

1. take or renew the lease of 10 s that makes it single
2. enqueue as many drains as there is work
3. sleep until the earliest due moment, a second at most, or until a NOTIFY
"""

from __future__ import annotations

import contextlib
import logging
import math
import threading
from collections.abc import Iterator

import psycopg
import sqlalchemy.exc
from flask import current_app

from app.core import locks, queue
from app.core.heartbeats import process_name
from app.core.transactions import transaction
from app.delivery.actions.claim import count_workers, due_work
from app.publishing.actions.wake import CHANNEL

log = logging.getLogger(__name__)
LOCK = "publishing.dispatcher"
LEASE = 10.0
LONGEST_SLEEP = 1.0
SHORTEST_SLEEP = 0.02
PER_DRAIN = 8


def loop(stop: threading.Event) -> None:
    """Until `stop`. Raises when the database is lost; the clock starts it again."""
    owner = process_name("dispatcher")  # the same when the loop starts again: it renews its own lease
    with _listen() as listener:
        while not stop.is_set():
            try:
                next_in = transaction(dispatch, owner, LEASE)
            except sqlalchemy.exc.DBAPIError as error:
                log.warning("the dispatcher waits for the database (%s)", type(error).__name__)
                stop.wait(LONGEST_SLEEP)
                raise
            _sleep(listener, LONGEST_SLEEP if next_in is None else min(max(next_in, SHORTEST_SLEEP), LONGEST_SLEEP))
    transaction(locks.release, LOCK, owner)  # whoever is started next need not wait for the lease to run out


def dispatch(owner: str, seconds: float) -> float | None:
    """Enqueue drains for what is due, if this process holds the dispatcher's lease. Returns seconds until the next is due."""
    if not locks.lease(LOCK, owner, seconds):
        return None
    due, next_in = due_work()
    for number in range(drains_wanted(due, queue.queue_length("publish"), *count_workers()) if due else 0):
        queue.enqueue("delivery.deliver", f"due-{number}")
    return next_in


def drains_wanted(due: int, queued: int, workers: int, busy: int) -> int:
    """One per eight due records, at most one per worker, less those that are queued or at work already.

    Never none while nothing is queued: a worker counted as at work may be dead.
    """
    wanted = min(math.ceil(due / PER_DRAIN), max(workers, 1))
    return max(wanted - busy - queued, 0 if queued else 1)


def _sleep(listener: psycopg.Connection, seconds: float) -> None:
    """Until something is said on the channel; what else was said meanwhile is the same news."""
    for _ in listener.notifies(timeout=seconds, stop_after=1):
        pass


@contextlib.contextmanager
def _listen() -> Iterator[psycopg.Connection]:
    """A connection of its own that hears NOTIFY; it holds no transaction and writes nothing."""
    url = current_app.config["ENVIRONMENT"].libpq_url
    with psycopg.connect(url, autocommit=True, connect_timeout=5, application_name="pressroom-dispatcher") as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        yield listener
