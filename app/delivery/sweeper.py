"""The sweeper: a loop in the clock process, every 15 s, single by a lease.

0. once: a row per connector in `platforms`
1. every 5 s the database's clock is read beside a monotonic one; a jump is recorded (`actions/clock_jump.py`)
2. leases that ran out (`actions/sweep.py`), when a full lease has passed on both clocks since the last jump or gap
3. records made by hand are held
4. events that nobody handled are delivered again
"""

from __future__ import annotations

import logging
import threading

from app.audit.actions import redeliver
from app.core import clock_state, locks
from app.core.heartbeats import process_name
from app.core.transactions import transaction
from app.delivery.actions.clock_jump import record_jump
from app.delivery.actions.platforms import sync_platforms
from app.delivery.actions.sweep import hold_rows_by_hand, sweep

log = logging.getLogger(__name__)
LOCK = "publishing.sweeper"
EVERY = 15.0
READ_EVERY = 5.0


def loop(stop: threading.Event) -> None:
    """Until `stop`. Raises when the database is lost; the clock starts it again."""
    owner = process_name("sweeper")  # the same when the loop starts again: it renews its own lease
    transaction(sync_platforms)
    due = 0.0
    while not stop.is_set():
        if transaction(locks.lease, LOCK, owner, EVERY * 2):
            transaction(clock_state.record_reading)
            transaction(record_jump)
            if clock_state.steady() >= due:
                due = clock_state.steady() + EVERY
                sweep_once()
        stop.wait(READ_EVERY)
    transaction(locks.release, LOCK, owner)


def sweep_once() -> None:
    """One round."""
    found = transaction(sweep_when_sure)
    if any(found.values()):
        log.warning("swept: %s", found)
    transaction(hold_rows_by_hand)
    transaction(redeliver)


def sweep_when_sure() -> dict[str, int]:
    """Sweep by a moment that a full lease without jump or gap vouches for; nothing otherwise (D4)."""
    moment = clock_state.proven_now()
    return {} if moment is None else sweep(moment)
