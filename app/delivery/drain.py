"""A drain: what one RQ job `delivery.deliver` does. It works until nothing is due, at most some 20 s, on 8 threads.

1. claim due records for the threads that are free      (one statement, `actions/claim.py`)
   and recheck them together                            (another one, `actions/prepare.py`)
2. each thread delivers its record; steps that meet are made in one transaction (`cohort.py`)
3. after 20 s it ends as soon as no call is under way, and enqueues another if more is due
4. after SIGTERM what was just claimed is put back and nothing is enqueued; calls get 8 s; then the process ends, and their records
   are looked up

Beside the jobs of the broker each worker looks into the table by itself (`loop`): without Redis a post is seconds late, not an
outage.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import secrets
import signal
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy.exc
from flask import Flask, current_app

from app.core.queue import enqueue
from app.core.transactions import transaction
from app.delivery import cohort, deliver
from app.delivery.actions.claim import Claimed, claim, due_work, lookup_share, renew
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.requeue import requeue_claim

log = logging.getLogger(__name__)
THREADS = 8
TAKES_WORK_FOR = 20.0
GRACE = 8.0
RENEW_EVERY = 15.0
CLAIM_AGAIN = 0.25
"""Seconds after which a drain with free threads asks again, although none of its records has settled."""
CAP_WAIT = 0.1
WITHOUT_BROKER = 5.0
"""Seconds without a drain after which a worker looks for due work although no job came."""
BATCH_WAIT = 0.06
"""After a record has settled, so long others may, until all threads are free: what is claimed together is prepared, committed and
settled together, and a claim is dearer than a thread that rests."""


class Pool:
    """Eight daemon threads of one process; they end with it, whatever a platform does."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.me = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self.pid = os.getpid()
        self.work: queue.SimpleQueue[tuple[Claimed, Delivery | None]] = queue.SimpleQueue()
        self.busy = 0
        self.settled = 0
        self.lookups = 0
        self.hand: set[Claimed] = set()
        self.changed = threading.Condition()
        self.turn = threading.Lock()
        self.drained_at = time.monotonic()
        for number in range(THREADS):
            threading.Thread(target=self._serve, name=f"deliver-{number}", daemon=True).start()
        threading.Thread(target=self._renew, name="renew-leases", daemon=True).start()

    @property
    def free(self) -> int:
        return THREADS - self.busy

    @property
    def lookups_first(self) -> int:
        """Looks that go before posts now: of all the threads, not of those that happen to be free."""
        return max(lookup_share(THREADS) - self.lookups, 0)

    def take(self, prepared: list[tuple[Claimed, Delivery | None]]) -> None:
        """Hand records to the threads, with what is prepared of them."""
        with self.changed:
            self.busy += len(prepared)
            self.lookups += sum(claimed.is_lookup for claimed, _ in prepared)
            self.hand |= {claimed for claimed, _ in prepared}
        cohort.begin_deliveries(len(prepared))
        for one in prepared:
            self.work.put(one)

    def wait(self, seen: int, seconds: float) -> None:
        """Until more records than `seen` have settled, at most so long."""
        with self.changed:
            self.changed.wait_for(lambda: self.settled > seen, timeout=seconds)

    def wait_until_idle(self, seconds: float) -> bool:
        """Whether all that is in hand settles within so many seconds."""
        with self.changed:
            return self.changed.wait_for(lambda: not self.busy, timeout=seconds)

    def _serve(self) -> None:
        with self.app.app_context():
            while True:
                claimed, delivery = self.work.get()
                try:
                    deliver.deliver(claimed, self.me, delivery)
                except Exception:
                    log.exception("the delivery of %s failed; its lease runs out and the sweeper takes it", claimed.id)
                finally:
                    cohort.end_delivery()
                    with self.changed:
                        self.busy -= 1
                        self.lookups -= claimed.is_lookup
                        self.settled += 1
                        self.hand.discard(claimed)
                        self.changed.notify_all()

    def _renew(self) -> None:
        with self.app.app_context():
            while True:
                time.sleep(RENEW_EVERY)
                with self.changed:
                    hand = list(self.hand)
                if hand:
                    with contextlib.suppress(sqlalchemy.exc.DBAPIError):
                        transaction(renew, hand)


_pool: Pool | None = None


def pool() -> Pool:
    """The threads of this process (and of this app: tests have several)."""
    global _pool
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
    if _pool is None or _pool.pid != os.getpid() or _pool.app is not app:
        _pool = Pool(app)
    return _pool


def loop(stop: threading.Event) -> None:
    """Without the broker, until `stop`: drain when something is due and no drain has run for WITHOUT_BROKER."""
    while not stop.wait(WITHOUT_BROKER / 5):
        if time.monotonic() - pool().drained_at >= WITHOUT_BROKER and not pool().turn.locked():
            if _due():
                drain(stop)
            else:
                pool().drained_at = time.monotonic()


def drain(stop: threading.Event | None = None) -> int:
    """Deliver what is due; one drain at a time in a process, a second one leaves it to the first. Returns how many were claimed."""
    threads = pool()
    if not threads.turn.acquire(blocking=False):
        return 0
    try:
        return _drain(threads, stop)
    finally:
        threads.drained_at = time.monotonic()
        threads.turn.release()


def _drain(threads: Pool, stop: threading.Event | None) -> int:
    taken, until = 0, time.monotonic() + TAKES_WORK_FOR
    with _stop_on_signal(stop or threading.Event()) as stop:
        while not stop.is_set() and (time.monotonic() < until or threads.busy):
            seen = threads.settled  # before the claim: what settles during it leaves room that it did not count
            claims = _claim(threads)
            taken += len(claims)
            prepared = deliver.prepare_together(claims, threads.me)
            if stop.is_set():
                _put_back(claims)
                break
            threads.take(prepared)
            if threads.busy:
                threads.wait(seen, CLAIM_AGAIN)
                threads.wait_until_idle(BATCH_WAIT)
            elif time.monotonic() >= until or not _due():
                break
            else:  # all that is due waits for a cap that another worker fills
                stop.wait(CAP_WAIT)
        if stop.is_set():
            _end(threads)
            return taken
    if time.monotonic() >= until:
        transaction(_enqueue_if_due)
    return taken


def _claim(threads: Pool) -> list[Claimed]:
    try:
        return transaction(claim, threads.me, threads.free, threads.lookups_first) if threads.free else []
    except sqlalchemy.exc.DBAPIError as error:
        log.warning("nothing could be claimed: %s", type(error).__name__)
        time.sleep(0.5)
        return []


def _put_back(claims: list[Claimed]) -> None:
    """What was claimed as SIGTERM came: another worker takes it now; where the database is away, when its lease has run out."""
    for claimed in claims:
        with contextlib.suppress(sqlalchemy.exc.DBAPIError):
            transaction(requeue_claim, claimed)


def _due() -> int:
    try:
        return transaction(due_work)[0]
    except sqlalchemy.exc.DBAPIError:
        return 0


def _enqueue_if_due() -> None:
    if due_work()[0]:
        enqueue("delivery.deliver", "more")


def _end(threads: Pool) -> None:
    """SIGTERM: calls under way get their grace, then the process may end."""
    if not threads.wait_until_idle(GRACE):
        deliver.ENDING.set()
        log.warning("%d calls had no answer after %.0f s; their records will be looked up", threads.busy, GRACE)


@contextlib.contextmanager
def _stop_on_signal(stop: threading.Event) -> Iterator[threading.Event]:
    """While draining, SIGTERM also stops the drain; RQ's own handler keeps its say. Only the main thread can ask."""
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    previous = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def handle(number: int, frame: Any) -> None:
        stop.set()
        before = previous.get(signal.Signals(number))
        if callable(before):
            before(number, frame)

    for number in previous:
        signal.signal(number, handle)
    try:
        yield stop
    finally:
        for number, before in previous.items():
            signal.signal(number, before)
