"""Children die with us; what they forked is found; ports and locks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from app.environment import ROOT
from app.runtime import orphans
from app.runtime.listener import listen
from app.runtime.lock_file import LockFile
from app.runtime.process import Process, StartError
from app.runtime.procfs import is_running
from app.runtime.services import WORKERS, Service, max_backoff, next_backoff

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
FORKER = "import os, time; os.fork(); time.sleep(60)"


def until(condition, seconds: float = 10) -> bool:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(condition())


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    program = (
        "import time; from pathlib import Path; from app.runtime.process import Process\n"
        f"print(Process('x', {SLEEPER!r}, Path({str(tmp_path / 'log')!r})).start().pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert until(lambda: not is_running(child))


def test_stopping_goes_from_polite_to_rude(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    process = Process("deaf", [sys.executable, "-c", deaf], tmp_path / "log").start()
    assert until(lambda: "deaf" in process.log_tail())
    process.stop((signal.SIGTERM, 0.2))
    assert not process.is_alive() and process.exit_description() == "SIGKILL"


def test_a_killed_session_takes_along_what_was_forked(tmp_path: Path) -> None:
    env = {orphans.MARK: str(tmp_path)}
    process = Process("forker", [sys.executable, "-c", FORKER], tmp_path / "log", env=env).start()
    assert until(lambda: len(orphans.find(tmp_path)) == 2)
    process.kill_session()
    assert until(lambda: not orphans.find(tmp_path))


def test_what_a_killed_supervisor_left_is_swept(tmp_path: Path) -> None:
    env = {orphans.MARK: str(tmp_path)}
    process = Process("forker", [sys.executable, "-c", FORKER], tmp_path / "log", env=env).start()
    assert until(lambda: len(orphans.find(tmp_path)) == 2)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)  # its child lives on
    process.wait(5)
    assert orphans.terminate(tmp_path, patience=0.5) == 1
    assert orphans.find(tmp_path) == []


def test_a_taken_port_moves_to_the_next_free_one() -> None:
    with closing(listen("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        with closing(listen("127.0.0.1", port)) as second:
            assert port < second.getsockname()[1] < port + 100


def test_an_address_that_is_not_ours_says_which_variable_to_correct() -> None:
    with pytest.raises(StartError, match="PRESSROOM_BIND"):
        listen("192.0.2.1", 8000)


def test_the_port_is_open_only_to_the_address_it_was_asked_for() -> None:
    with closing(listen("127.0.0.1", 0)) as door, closing(socket.socket()) as probe:
        assert probe.connect_ex(("127.0.0.1", door.getsockname()[1])) == 0


def test_one_supervisor_to_a_data_folder(tmp_path: Path) -> None:
    first, second = LockFile(tmp_path), LockFile(tmp_path)
    first.acquire()
    first.write(pid=os.getpid(), url="http://localhost:8123")
    with pytest.raises(StartError, match="http://localhost:8123"):
        second.acquire(patience=0.1)


def test_a_crashed_service_comes_back_after_a_pause_that_grows(tmp_path: Path) -> None:
    service = Service(Process("short", ["/bin/false"], tmp_path / "log"))
    pauses = []
    while len(pauses) < 2:
        sentence = service.ensure_running()
        if sentence:
            pauses.append(sentence)
        time.sleep(0.01)
    assert "exit 1" in pauses[0] and "0.5 s" in pauses[0] and "1 s" in pauses[1]


def test_whom_posts_wait_for_comes_back_within_five_seconds_however_often_it_crashed() -> None:
    """(D17) Publish workers and the clock; the others may take their time."""

    def after_crashes(name: str, crashes: int = 20) -> float:
        pause = 0.5
        for _ in range(crashes):
            pause = next_backoff(pause, max_backoff(name))
        return pause

    prompt = ["clock", *(f"worker-{queue}-{place}" for place, queue in enumerate(WORKERS, 1) if queue == "publish")]
    assert len(prompt) == 3
    assert {after_crashes(name) for name in prompt} == {5.0}
    assert after_crashes("worker-default-3") == after_crashes("web") == 30.0
    assert [after_crashes("clock", crashes) for crashes in range(5)] == [0.5, 1.0, 2.0, 4.0, 5.0]


def test_a_service_keeps_to_its_own_longest_pause(tmp_path: Path) -> None:
    service = Service(Process("short", ["/bin/false"], tmp_path / "log"), max_backoff=0.5)
    said = []
    while len(said) < 3:
        said += [sentence] if (sentence := service.ensure_running()) else []
        time.sleep(0.01)
    assert all("in 0.5 s" in sentence for sentence in said)
