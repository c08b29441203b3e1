"""`make run`: owns PostgreSQL, Valkey, web, workers and clock; when it ends, they end.

Steps: take the lock of the data folder → end the orphans of a killed one → take a port → start the servers (those not given by
DATABASE_URL, REDIS_URL) → migrate, and on first start make the people → start our services → wait for /readyz → print the banner →
fill the demo desk → watch: start again what crashed, kill what is silent. Ctrl-C, SIGTERM, SIGHUP end all within 10 s.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from app.environment import Environment
from app.lib.liveness import SILENT_AFTER
from app.runtime import banner, orphans
from app.runtime.forked_process import ForkedProcess
from app.runtime.heartbeats import Heartbeats
from app.runtime.listener import listen
from app.runtime.lock_file import LockFile
from app.runtime.process import StartError
from app.runtime.servers import EmbeddedServers
from app.runtime.services import WORKERS, Service, Targets, max_backoff

READY_WITHIN = 90.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """A signal asked us to end."""


class Supervisor:
    """`load_targets` makes the processes' targets from the final settings; it imports the application, once for all."""

    def __init__(self, settings: Environment, load_targets: Callable[[Environment], Targets], began: float) -> None:
        self.settings, self.load_targets, self.began = settings, load_targets, began
        self.lock: LockFile | None = None
        self.servers = EmbeddedServers(settings)
        self.heartbeats = Heartbeats(settings.libpq_url)
        self.services: list[Service] = []
        self.one_offs: list[ForkedProcess] = []

    def run(self) -> int:
        for number in STOP_SIGNALS:
            signal.signal(number, _raise_stop)
        try:
            self.start()
            self.watch()
        except StopRequested:
            return 0
        except StartError as error:
            print(f"\nPressroom did not start: {error}", file=sys.stderr, flush=True)
            return 1
        finally:
            for number in STOP_SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            self.stop()
        return 0

    def start(self) -> None:
        lock = LockFile(self.settings.data)
        lock.acquire()
        self.lock = lock
        orphans.terminate(self.settings.data)
        self.listener = self.open_listener()
        self.servers.start()
        targets = self.load_targets(self.settings)
        gc.freeze()  # shared pages stay shared: the collector does not touch what was made before the forks
        people = self.prepare(targets)
        self.services = [Service(process, max_backoff(process.name)) for process in self.make_processes(targets)]
        self.wait_until_ready()
        lock.write(pid=os.getpid(), url=self.settings.url, port=self.settings.port)
        print(banner.render(self.settings, people, time.monotonic() - self.began), flush=True)
        if self.settings.demo:
            self.one_offs.append(self.fork("demo", targets.demo).start())

    def open_listener(self) -> socket.socket:
        """Takes the port, and puts the one that was free into the settings."""
        asked = self.settings.port
        listener = listen(self.settings.bind, asked)
        port = listener.getsockname()[1]
        if asked and port != asked:
            print(f"Port {asked} is taken; using {port}.", flush=True)
        url = f"http://localhost:{port}" if self.settings.url == f"http://localhost:{asked}" else self.settings.url
        self.settings = replace(self.settings, port=port, url=url)
        return listener

    def fork(self, name: str, target: Callable[[], object], **options: Any) -> ForkedProcess:
        own = [self.listener.fileno(), *([self.lock.handle] if self.lock and self.lock.handle is not None else [])]
        return ForkedProcess(name, target, self.settings.data / "log" / f"{name}.log", **({"close_fds": own} | options))

    def make_processes(self, targets: Targets) -> list[ForkedProcess]:
        """A killed supervisor takes these along at once: the records they held are swept as after any crash."""
        lock = [self.lock.handle] if self.lock and self.lock.handle is not None else []
        listener = self.listener.fileno()
        names = [f"worker-{queue}-{place}" for place, queue in enumerate(WORKERS, 1)]
        return [
            self.fork("web", partial(targets.web, listener), on_death=signal.SIGQUIT, close_fds=lock),
            *(self.fork(name, partial(targets.worker, queue)) for name, queue in zip(names, WORKERS, strict=True)),
            self.fork("clock", targets.clock),
        ]

    def prepare(self, targets: Targets) -> list[dict[str, Any]]:
        """Migrates and, on an empty desk, makes its people, in a process that ends. Out: the people to print."""
        ours, theirs = os.pipe()

        def write_answer() -> None:
            os.write(theirs, json.dumps(targets.prepare()).encode())

        job = self.fork("prepare", write_answer)
        self.one_offs.append(job.start())
        os.close(theirs)
        done = job.wait(600) and job.exit_description() == "exit 0"
        with os.fdopen(ours, "rb") as answer:
            if not done:
                raise StartError(f"the database could not be prepared:\n{job.log_tail(30)}")
            people: list[dict[str, Any]] = json.loads(answer.read() or b"[]")
        return people

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.settings.bind, self.settings.bind)  # noqa: S104
        self.check_processes()
        while not _is_ready(f"http://{host}:{self.settings.port}/readyz"):
            self.check_processes()
            web = self.services[0]
            if web.crashes >= 3 or time.monotonic() > deadline:
                raise StartError(f"the web does not answer:\n{web.process.log_tail(30)}")
            time.sleep(0.05)

    def watch(self) -> None:
        next_reading = time.monotonic() + 5
        while True:
            self.check_processes()
            if time.monotonic() >= next_reading:
                self.kill_silent()
                next_reading = time.monotonic() + 5
            time.sleep(0.2)

    def check_processes(self) -> None:
        self.servers.restart_ended(log)
        for service in self.services:
            if sentence := service.ensure_running():
                log(sentence)
        for process in self.one_offs:
            process.poll()

    def kill_silent(self) -> None:
        """SIGKILL, so that the sweeper may take its records: a paused process must not wake up and send."""
        by_pid = {one.process.pid: one for one in self.services if one.process.pid and one.process.is_alive()}
        for pid in self.heartbeats.silent_pids(list(by_pid)):
            log(f"{by_pid[pid].name} has not reported for {SILENT_AFTER} s; killing it")
            by_pid[pid].process.kill_session()

    def stop(self) -> None:
        """Workers finish the calls they made (8 s), the servers follow."""
        if self.lock is None:
            return  # another one runs here
        began = time.monotonic()
        self.lock.write(pid=os.getpid(), url=self.settings.url, stopping=True)
        ours = [*(service.process for service in self.services), *self.one_offs]
        for number, until in ((signal.SIGTERM, 8.0), (signal.SIGTERM, 8.3), (signal.SIGKILL, 8.8)):
            for process in ours:
                process.kill_session() if number == signal.SIGKILL else process.send(number)
            if all(process.wait(began + until - time.monotonic()) for process in ours):
                break
        orphans.terminate(self.settings.data, patience=0)
        self.servers.stop(began + 9.4, began + 9.8)


def _raise_stop(number: int, _: Any) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise StopRequested


def log(sentence: str) -> None:
    print(time.strftime("%H:%M:%S ") + sentence, flush=True)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
