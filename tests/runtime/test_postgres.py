"""The embedded PostgreSQL, for real: started, killed, moved between users."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.environment import ROOT
from app.runtime.postgres import Postgres
from app.runtime.process import StartError
from app.runtime.procfs import is_running

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes into another user")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    made = Postgres(tmp_path / "data", durable=False)
    yield made
    made.stop()


def ask(server: Postgres, query: str) -> list[tuple]:
    with psycopg.connect(host=str(server.sockets), user="pressroom", dbname="pressroom", autocommit=True) as link:
        cursor = link.execute(query)  # type: ignore[call-overload]
        return cursor.fetchall() if cursor.description else []


def test_it_starts_keeps_its_rows_and_starts_again(server: Postgres) -> None:
    server.start()
    ask(server, "CREATE TABLE kept AS SELECT 7 AS n")
    server.stop()
    assert not server.is_alive()
    server.start()
    assert ask(server, "SELECT n FROM kept") == [(7,)]


def test_it_sorts_by_the_builtin_collation_and_listens_on_its_socket_alone(server: Postgres) -> None:
    server.start()
    query = (
        "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'pressroom'"
    )
    assert ask(server, query) == [("b", "C.UTF-8", "UTF8")]
    assert ask(server, "SHOW listen_addresses") == [("",)]
    for folder in (server.data, server.sockets, server.cluster):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_after_a_kill_the_rows_that_were_committed_are_there(server: Postgres) -> None:
    server.start()
    ask(server, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    assert server.process is not None
    server.process.send(signal.SIGKILL)
    server.process.wait(5)
    server.start()
    assert ask(server, "SELECT count(*) FROM kept") == [(1000,)]


def test_a_server_whose_starter_was_killed_ends_and_the_next_one_takes_over(server: Postgres) -> None:
    program = f"from app.runtime.postgres import Postgres; import time; Postgres({str(server.data)!r}).start(); print('up', flush=True); time.sleep(60)"
    starter = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT)
    assert starter.stdout is not None and starter.stdout.readline() == b"up\n"
    left = int((server.cluster / "postmaster.pid").read_text().split()[0])
    starter.kill()
    starter.wait()
    starter.stdout.close()
    began = time.monotonic()
    server.start()
    assert time.monotonic() - began < 10
    assert not is_running(left)


def test_a_deep_folder_is_no_obstacle(tmp_path: Path) -> None:
    server = Postgres(tmp_path / ("deep" * 10) / ("deeper" * 10) / 'd\'ata "x"', durable=False)
    try:
        server.start()
        assert ask(server, "SELECT 1") == [(1,)]
    finally:
        server.stop()


@as_root
@pytest.mark.parametrize("way", ["userns", "setuid"])
def test_root_runs_it_as_somebody_else(tmp_path: Path, way: str) -> None:
    server = Postgres(tmp_path / "data", durable=False, way=way)
    try:
        server.start()
        assert (server.home / "way").read_text() == way + "\n"
        assert ask(server, "SELECT 1") == [(1,)]
    finally:
        server.stop()


@as_root
def test_another_way_hands_the_files_over(tmp_path: Path) -> None:
    for way in ("setuid", "userns"):
        server = Postgres(tmp_path / "data", durable=False, way=way)
        try:
            server.start()
            ask(server, "CREATE TABLE IF NOT EXISTS kept AS SELECT 7 AS n")
            assert ask(server, "SELECT n FROM kept") == [(7,)]
        finally:
            server.stop()
    assert server.cluster.stat().st_uid == 0


def test_a_start_that_fails_says_why(server: Postgres) -> None:
    server.start()
    server.stop()
    (server.cluster / "postgresql.conf").write_text("no_such_option = 1\n")
    with pytest.raises(StartError, match="no_such_option"):
        server.start(10)


def test_an_interrupted_initdb_is_begun_anew(server: Postgres) -> None:
    (server.home / "cluster.new").mkdir(parents=True)
    (server.home / "cluster.new" / "half").write_text("done")
    server.start()
    assert ask(server, "SELECT 1") == [(1,)]


def test_the_role_of_web_and_workers_is_made_also_in_an_older_folder(server: Postgres) -> None:
    """(S17) A folder from before had one role, a superuser, for everything."""
    server.start()
    ask(server, "DROP ROLE pressroom_app")
    server.stop()
    server.start()
    query = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = 'pressroom_app'"
    assert ask(server, query) == [(False,) * 5]
    with psycopg.connect(host=str(server.sockets), user="pressroom_app", dbname="pressroom", autocommit=True) as link:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("SET ROLE pressroom")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("COPY pg_class TO PROGRAM 'cat'")
