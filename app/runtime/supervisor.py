"""`make run`: owns PostgreSQL, Valkey, web, workers and clock; when it ends, they end.

Steps: take the lock of the data folder → sweep what a killed one left → take a port → start the servers (those not given by
DATABASE_URL, REDIS_URL) → migrate, and on first start make the people → start the crew → wait for /readyz → print the block →
fill the demo desk → watch: bring back what crashed, kill what is silent. Ctrl-C, SIGTERM, SIGHUP end all within 10 s.
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
from app.runtime import block, leftovers
from app.runtime.address import Lock, listen
from app.runtime.crew import WORKERS, Member, Work, longest_pause
from app.runtime.forked import Forked
from app.runtime.heartbeats import Heartbeats
from app.runtime.launch import die_with_parent
from app.runtime.postgres import Postgres
from app.runtime.process import StartFailed
from app.runtime.valkey import Valkey

READY_WITHIN = 90.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(BaseException):
    """A signal asked us to end."""


class Supervisor:
    """`hire` makes the crew's work from the final settings; it imports the application, once for all."""

    def __init__(self, settings: Environment, hire: Callable[[Environment], Work], began: float) -> None:
        self.settings, self.hire, self.began = settings, hire, began
        self.lock: Lock | None = None
        self.postgres = Postgres(settings.data) if settings.embedded_database else None
        self.valkey = Valkey(settings.data) if settings.embedded_redis else None
        self.heartbeats = Heartbeats(settings.libpq_url)
        self.crew: list[Member] = []
        self.errands: list[Forked] = []
        self.server_due_at = 0.0

    def run(self) -> int:
        for number in STOP_SIGNALS:
            signal.signal(number, _raise_stop)
        try:
            self.start()
            self.watch()
        except Stop:
            return 0
        except StartFailed as error:
            print(f"\nPressroom did not start: {error}", file=sys.stderr, flush=True)
            return 1
        finally:
            for number in STOP_SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            self.stop()
        return 0

    def start(self) -> None:
        lock = Lock(self.settings.data)
        lock.take()
        self.lock = lock
        leftovers.sweep(self.settings.data)
        self.door = self.open_door()
        for server in (self.postgres, self.valkey):
            if server is not None:
                server.start()
        work = self.hire(self.settings)
        gc.freeze()  # shared pages stay shared: the collector does not touch what was made before the forks
        people = self.prepare(work)
        self.crew = [Member(process, longest_pause(process.name)) for process in self.places(work)]
        self.wait_until_ready()
        lock.write(pid=os.getpid(), url=self.settings.url, port=self.settings.port)
        print(block.text(self.settings, people, time.monotonic() - self.began), flush=True)
        if self.settings.demo:
            self.errands.append(self.fork("demo", work.demo).start())

    def open_door(self) -> socket.socket:
        """Takes the port, and puts the one that was free into the settings."""
        asked = self.settings.port
        door = listen(self.settings.bind, asked)
        port = door.getsockname()[1]
        if asked and port != asked:
            print(f"Port {asked} is taken; using {port}.", flush=True)
        url = f"http://localhost:{port}" if self.settings.url == f"http://localhost:{asked}" else self.settings.url
        self.settings = replace(self.settings, port=port, url=url)
        return door

    def fork(self, name: str, target: Callable[[], object], **options: Any) -> Forked:
        own = [self.door.fileno(), *([self.lock.handle] if self.lock and self.lock.handle is not None else [])]
        return Forked(name, target, self.settings.data / "log" / f"{name}.log", **({"shut": own} | options))

    def places(self, work: Work) -> list[Forked]:
        """A killed supervisor takes its crew along at once: the records they held are swept as after any crash."""
        lock = [self.lock.handle] if self.lock and self.lock.handle is not None else []
        door = self.door.fileno()
        names = [f"worker-{queue}-{place}" for place, queue in enumerate(WORKERS, 1)]
        return [
            self.fork("web", partial(work.web, door), on_death=signal.SIGQUIT, shut=lock),
            *(self.fork(name, partial(work.worker, queue)) for name, queue in zip(names, WORKERS, strict=True)),
            self.fork("clock", work.clock),
        ]

    def prepare(self, work: Work) -> list[dict[str, Any]]:
        """Migrates and, on an empty desk, makes its people, in a process that ends. Out: the people to print."""
        ours, theirs = os.pipe()

        def errand() -> None:
            os.write(theirs, json.dumps(work.prepare()).encode())

        job = self.fork("prepare", errand)
        self.errands.append(job.start())
        os.close(theirs)
        done = job.wait(600) and job.how_it_ended() == "exit 0"
        with os.fdopen(ours, "rb") as answer:
            if not done:
                raise StartFailed(f"the database could not be prepared:\n{job.last_words(30)}")
            people: list[dict[str, Any]] = json.loads(answer.read() or b"[]")
        return people

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.settings.bind, self.settings.bind)  # noqa: S104
        self.tend()
        while not _ready(f"http://{host}:{self.settings.port}/readyz"):
            self.tend()
            web = self.crew[0]
            if web.crashes >= 3 or time.monotonic() > deadline:
                raise StartFailed(f"the web does not answer:\n{web.process.last_words(30)}")
            time.sleep(0.05)

    def watch(self) -> None:
        look = time.monotonic() + 5
        while True:
            self.tend()
            if time.monotonic() >= look:
                self.kill_silent()
                look = time.monotonic() + 5
            time.sleep(0.2)

    def tend(self) -> None:
        for server in (self.postgres, self.valkey):
            if server is not None and not server.alive() and time.monotonic() >= self.server_due_at:
                self.bring_back(server)
        for member in self.crew:
            if sentence := member.tend():
                _say(sentence)
        for errand in self.errands:
            errand.poll()

    def bring_back(self, server: Postgres | Valkey) -> None:
        """A server that cannot start (a full disk, say) is tried every ten seconds; the web says 503 meanwhile."""
        _say(f"{type(server).__name__} ended; starting it again")
        try:
            server.start()
        except StartFailed as error:
            _say(f"{error}\nTrying again in 10 s.")
            self.server_due_at = time.monotonic() + 10

    def kill_silent(self) -> None:
        """SIGKILL, so that the sweeper may take its records: a paused process must not wake up and send."""
        alive = {m.process.pid: m for m in self.crew if m.process.pid and m.process.alive()}
        for pid in self.heartbeats.silent(list(alive)):
            _say(f"{alive[pid].name} has not reported for {SILENT_AFTER} s; killing it")
            alive[pid].process.kill_session()

    def stop(self) -> None:
        """Workers finish the calls they made (8 s), the servers follow."""
        if self.lock is None:
            return  # another one runs here
        began = time.monotonic()
        self.lock.write(pid=os.getpid(), url=self.settings.url, stopping=True)
        ours = [*(member.process for member in self.crew), *self.errands]
        for number, until in ((signal.SIGTERM, 8.0), (signal.SIGTERM, 8.3), (signal.SIGKILL, 8.8)):
            for process in ours:
                process.kill_session() if number == signal.SIGKILL else process.send(number)
            if all(process.wait(began + until - time.monotonic()) for process in ours):
                break
        leftovers.sweep(self.settings.data, patience=0)
        if self.valkey is not None:
            self.valkey.ask_to_stop()
        if self.postgres is not None:
            self.postgres.stop(max(began + 9.4 - time.monotonic(), 0.3))
        if self.valkey is not None:
            self.valkey.stop(max(began + 9.8 - time.monotonic(), 0.1))


def stay_with_parent() -> None:
    """Ends in order when `make` is killed: the kernel sends SIGTERM when our parent ends."""
    die_with_parent(signal.SIGTERM)


def _raise_stop(number: int, _: Any) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise Stop


def _say(sentence: str) -> None:
    print(time.strftime("%H:%M:%S ") + sentence, flush=True)


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
