"""The sweeper: a loop in the clock process, every 15 s, single by a lease.

0. once: a row per connector in `platforms`
1. leases that ran out (`actions/sweep.py`)
2. records made by hand are held
3. reactions that nobody handled are rung again
"""

from __future__ import annotations

import logging
import threading

from app.audit.actions import ring_open
from app.core import locks
from app.core.pulse import process_name
from app.core.work import step
from app.publishing.actions.platforms import keep_platforms
from app.publishing.actions.sweep import hold_rows_by_hand, sweep

log = logging.getLogger(__name__)
LOCK = "publishing.sweeper"
EVERY = 15.0


def loop(stop: threading.Event) -> None:
    """Until `stop`. Raises when the database is lost; the clock starts it again."""
    owner = process_name("sweeper")  # the same when the loop starts again: it renews its own lease
    step(keep_platforms)
    while not stop.is_set():
        if step(locks.lease, LOCK, owner, EVERY * 2):
            found = step(sweep)
            if any(found.values()):
                log.warning("swept: %s", found)
            step(hold_rows_by_hand)
            step(ring_open)
        stop.wait(EVERY)
    step(locks.release, LOCK, owner)
