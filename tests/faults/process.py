"""A nursery of real processes: imports the app once, then forks a worker or a clock per command.

    stdin: "publish" | "default" | "clock", and maybe by how many seconds its own clock is wrong;
           "web", its port, and maybe a database address of its own
    stdout: the pid of the new process

Barriers: a process stops at the moment `name` of a delivery (app/delivery/failpoints.py) when a file `arm-<name>-<n>`
lies in the folder BARRIERS; it takes the file by renaming it to `hit-<name>-<n>-<pid>-<record>` and waits there until
`go-<n>` exists or it is killed. Nothing is raised inside a connector.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

import app.factory
from app import rooms
from app.cli import processes
from app.delivery import dispatcher, drain, failpoints, sweeper
from app.environment import Environment
from app.lib import clock
from app.runtime.listener import listen
from app.worker.clock import run_clock
from app.worker.run import run_worker

FOLDER = Path(os.environ["BARRIERS"])
_ARM = re.compile(r"arm-([a-z_]+)-(\d+)")


def stop_here(name: str, record_id: uuid.UUID) -> None:
    """Take an armed barrier of this name, if there is one, and wait at it."""
    for file in FOLDER.glob(f"arm-{name}-*"):
        number = _ARM.fullmatch(file.name)[2]  # type: ignore[index]
        try:
            file.rename(FOLDER / f"hit-{name}-{number}-{os.getpid()}-{record_id}")
        except FileNotFoundError:
            continue
        while not (FOLDER / f"go-{number}").exists():
            time.sleep(0.01)


def install() -> None:
    """Stop at armed barriers."""
    failpoints.HOOKS.append(stop_here)


def child(words: str) -> None:
    """Be a worker or the clock, and end with the nursery."""
    kind, _, more = words.partition(" ")
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    sys.stdin.close()
    log = os.open(FOLDER.parent / f"{kind}.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    os.dup2(log, 1)
    os.dup2(log, 2)
    install()
    if kind == "web":
        serve(*more.split())
        return
    clock.set_offset(timedelta(seconds=float(more or 0)))
    settings = Environment.from_env()
    if kind == "clock":
        run_clock(settings)
    else:
        run_worker(kind, settings)


def serve(port: str, database: str = "") -> None:
    """Be gunicorn with its two workers."""
    own = {"DATABASE_URL": database} if database else {}
    listener = listen("127.0.0.1", int(port))
    processes.web(Environment.from_env({**os.environ, **own}), listener.fileno())


def main() -> None:
    """Serve commands until stdin ends."""
    assert rooms and dispatcher and drain and sweeper
    app.factory.create_app(Environment.from_env(), role="job")  # imports every room once, before the forks
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                child(line.strip())
            finally:
                os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
