"""One worker: RQ's loop, begun again after each fault of Redis, and beside it the loop that needs no Redis."""

from __future__ import annotations

import importlib
import logging
import threading

import redis
from rq.exceptions import StopRequested

from app.core import heartbeats
from app.environment import Environment
from app.factory import Pressroom, create_app
from app.worker.loop import run_loop, stop_on_signals
from app.worker.rq_workers import make_worker

log = logging.getLogger(__name__)
POLLING = {"publish": "app.delivery.drain"}  # the queue that posts wait in does not depend on Redis
RECONNECT_AFTER = 1.0  # seconds after Redis refused a worker
CALLS_END_WITHIN = 8.5  # seconds; the supervisor kills after 8.8


def run_worker(name: str, settings: Environment | None = None) -> None:
    """Work through one queue until SIGTERM, whatever Redis does. `name`: "publish" or "default"."""
    app = create_app(settings, role="publish" if name == "publish" else "job")
    stop = threading.Event()
    with app.app_context():
        beat = heartbeats.keep_reporting(app, name, stop)
        poller = _start_polling(app, name, stop)
        while not stop.is_set():
            stop_on_signals(stop)
            try:
                _work(name, stop)
            except (redis.RedisError, OSError) as error:
                log.warning("Redis is away (%s); the worker of %s listens again", type(error).__name__, name)
            except StopRequested:
                break
            stop_on_signals(stop)
            stop.wait(RECONNECT_AFTER)
        stop.set()
        for thread, seconds in ((poller, CALLS_END_WITHIN), (beat, 2.0)):
            if thread is not None:
                thread.join(timeout=seconds)


def _work(name: str, stop: threading.Event) -> None:
    """RQ's loop. It also ends by itself when a command times out or is refused (a full disk, a replica)."""
    worker = make_worker(name)
    worker.stop = stop
    worker.work(logging_level="WARNING")


def _start_polling(app: Pressroom, name: str, stop: threading.Event) -> threading.Thread | None:
    """The thread that asks the database for work, for the queue that posts wait in; None for the others."""
    if name not in POLLING:
        return None
    module = importlib.import_module(POLLING[name])
    thread = threading.Thread(target=run_loop, args=(app, module, stop), name="polling", daemon=True)
    thread.start()
    return thread
