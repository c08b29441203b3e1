"""Loops in threads, and the signals that end them."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from app.factory import Pressroom

log = logging.getLogger(__name__)


def stop_on_signals(stop: threading.Event) -> None:
    """Between two of RQ's loops a signal only says that it is time to end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())


def run_loop(app: Pressroom, module: Any, stop: threading.Event) -> None:
    """Run one loop again when it fails: a database that was restarted is found again."""
    with app.app_context():
        while not stop.is_set():
            try:
                module.loop(stop)
            except Exception:
                log.exception("%s failed; it starts again", module.__name__)
                stop.wait(1)
