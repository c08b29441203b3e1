"""The whole of `make run`, for real: started, stopped, killed, started again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.environment import ROOT, Environment
from app.runtime import orphans
from app.runtime.postgres import Postgres
from app.runtime.procfs import is_running
from app.runtime.valkey import Valkey

PATIENCE = 300.0  # a busy machine with a part of a core to spare


SHORT_PATIENCE = """
from app.lib import liveness
liveness.SILENT_AFTER = 25
from app.cli.start import start
start([])
"""


class Desk:
    """One `flask start` with a data folder of its own."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port, self.said, self.took = data, port, "", 0.0
        self.process: subprocess.Popen[str] | None = None
        self.more: dict[str, str] = {}
        self.program = ["-m", "flask", "start"]

    @property
    def environment(self) -> dict[str, str]:
        keep = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        return keep | {"PRESSROOM_DATA": str(self.data), "PORT": str(self.port), "PRESSROOM_DEMO": "0"} | self.more

    def start(self) -> str:
        """Until the block is printed; returns the address in it. `took`: how long a first start needs on this machine now."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, *self.program], cwd=ROOT, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.said = ""
        deadline = time.monotonic() + PATIENCE
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if "Stop: Ctrl-C" in line:
                self.took = self.took or time.monotonic() - began
                return re.findall(r"http://\S+", self.said)[0]
            assert time.monotonic() < deadline, self.said
        raise AssertionError(self.said)

    def end(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Returns how long it took."""
        began = time.monotonic()
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(30)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return time.monotonic() - began

    def ask(self, query: str) -> list[tuple]:
        settings = Environment.from_env(self.environment)
        with psycopg.connect(settings.libpq_url, autocommit=True) as link:
            return link.execute(query).fetchall()  # type: ignore[call-overload]

    def family(self) -> list[int]:
        """Everything that belongs to it, the servers included."""
        servers = [self.data / "postgres/cluster/postmaster.pid", self.data / "valkey/valkey.pid"]
        pids = [int(note.read_text().split()[0]) for note in servers if note.exists()]
        return [pid for pid in {*orphans.find(self.data), *pids} if is_running(pid)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Desk(tmp_path / "data", port)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end()
    orphans.terminate(made.data)


def answers(address: str) -> int:
    with urllib.request.urlopen(address + "/readyz", timeout=10) as answer:
        return int(answer.status)


def test_it_prints_address_and_password_when_it_is_ready_and_ends_within_ten_seconds(desk: Desk) -> None:
    address = desk.start()
    assert answers(address) == 200
    assert "admin@pressroom.example" in desk.said and "shown once" in desk.said
    assert len(desk.family()) >= 8  # both servers, web and its two, three workers, the clock
    took = desk.end(signal.SIGINT)
    assert took < max(10, desk.took)
    assert desk.process is not None and desk.process.returncode == 0
    assert desk.family() == []


def test_after_kill_9_it_is_ready_again_within_twenty_seconds_with_the_same_data_and_no_orphan(desk: Desk) -> None:
    desk.start()
    before = desk.ask("SELECT id, email FROM users")
    family = desk.family()
    desk.end(signal.SIGKILL)
    began = time.monotonic()
    address = desk.start()
    assert time.monotonic() - began < max(20, 2 * desk.took)
    assert answers(address) == 200 and address.endswith(f":{desk.port}")
    assert desk.ask("SELECT id, email FROM users") == before
    assert "(password as before)" in desk.said
    assert not [pid for pid in family if is_running(pid)]


def test_a_taken_port_moves_and_a_second_desk_in_the_same_folder_is_refused(desk: Desk) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", desk.port))
        other.listen()
        address = desk.start()
    assert f"Port {desk.port} is taken" in desk.said and not address.endswith(f":{desk.port}")
    second = subprocess.run(
        [sys.executable, "-m", "flask", "start"],
        cwd=ROOT,
        env=desk.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 1 and address in second.stderr


def test_a_killed_worker_and_a_killed_database_come_back(desk: Desk) -> None:
    address = desk.start()
    workers = "SELECT pid FROM worker_heartbeats WHERE kind = 'default'"
    deadline = time.monotonic() + PATIENCE
    while not (found := desk.ask(workers)) and time.monotonic() < deadline:
        time.sleep(0.1)
    os.kill(found[0][0], signal.SIGKILL)
    while len(desk.ask(workers)) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(desk.ask(workers)) == 2
    os.kill(int((desk.data / "postgres/cluster/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    while not _ready(address) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _ready(address) and desk.ask("SELECT count(*) FROM users") == [(1,)]


def test_a_worker_that_no_longer_reports_is_killed(desk: Desk) -> None:
    """By the supervisor's own clock, which is why the patience is made shorter here: rows cannot be made older. The others,
    whose reports the database's clock puts hours away, are left alone (D4)."""
    desk.program = ["-c", SHORT_PATIENCE]
    desk.more = {orphans.MARK: str(desk.data)}
    desk.start()
    deadline = time.monotonic() + PATIENCE
    beats: list[tuple[int, str]] = []
    while len({kind for _, kind in beats}) < 2 or "publish" not in {kind for _, kind in beats}:
        assert time.monotonic() < deadline, beats
        time.sleep(0.1)
        beats = [(pid, kind) for pid, kind in desk.ask("SELECT pid, kind FROM worker_heartbeats")]
    pid = next(pid for pid, kind in beats if kind == "publish")
    others = [other for other, _ in beats if other != pid]
    desk.ask("UPDATE worker_heartbeats SET seen_at = app_now() - interval '3 hours' RETURNING pid")
    os.kill(pid, signal.SIGSTOP)
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not is_running(pid) and others and all(is_running(other) for other in others)


def _ready(address: str) -> bool:
    try:
        return answers(address) == 200
    except OSError:
        return False


def test_with_servers_of_ones_own_it_starts_only_ours(desk: Desk, tmp_path: Path) -> None:
    postgres, valkey = Postgres(tmp_path / "own", durable=False), Valkey(tmp_path / "own", durable=False)
    try:
        desk.more = {"DATABASE_URL": postgres.start(), "REDIS_URL": valkey.start()}
        assert answers(desk.start()) == 200
        assert not (desk.data / "postgres").exists() and not (desk.data / "valkey").exists()
        desk.end()
        assert postgres.is_alive() and valkey.is_alive() and desk.family() == []
    finally:
        valkey.stop()
        postgres.stop()


def test_a_database_that_does_not_answer_is_named_without_its_password(desk: Desk) -> None:
    url = "postgresql://desk:canary@127.0.0.1:9/desk"
    done = subprocess.run(
        [sys.executable, "-m", "flask", "start"], cwd=ROOT, env=desk.environment | {"DATABASE_URL": url},
        capture_output=True, text=True, timeout=90,
    )  # fmt: skip
    assert done.returncode == 1 and "DATABASE_URL" in done.stderr
    assert "canary" not in done.stderr + done.stdout and "Traceback" not in done.stderr


def test_a_wrong_environment_is_one_message(desk: Desk) -> None:
    wrong = subprocess.run(
        [sys.executable, "-m", "flask", "start"], cwd=ROOT, env=desk.environment | {"PORT": "x", "DATABASE_URL": "y"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert wrong.returncode == 2 and "PORT" in wrong.stderr and "DATABASE_URL" in wrong.stderr
    assert "Traceback" not in wrong.stderr
