"""The clock: the schedule of periodic jobs, and the loops that must be quicker than a minute."""

from __future__ import annotations

import importlib
import threading
from datetime import datetime

from croniter import croniter

from app.core import heartbeats, queue
from app.environment import Environment
from app.factory import create_app
from app.lib import clock
from app.schedule import SCHEDULE
from app.worker.loop import run_loop, stop_on_signals

LOOPS = ("app.delivery.dispatcher", "app.delivery.sweeper")


def run_clock(settings: Environment | None = None) -> None:
    """The schedule and the loops that must be quicker than a minute, until SIGTERM."""
    app = create_app(settings, role="job")
    stop = threading.Event()
    stop_on_signals(stop)
    threads = [
        threading.Thread(target=run_loop, args=(app, importlib.import_module(name), stop), name=name) for name in LOOPS
    ]
    for thread in threads:
        thread.start()
    with app.app_context():
        heartbeats.keep_reporting(app, "clock", stop)
        _schedule(stop)
    for thread in threads:
        thread.join(timeout=8)


def _schedule(stop: threading.Event) -> None:
    """Send each tick at its minute. RQ's own CronScheduler pickles its jobs; ours carry JSON strings only."""
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
