"""The embedded Valkey, for real."""

from __future__ import annotations

import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from app.runtime.valkey import Valkey


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Valkey]:
    made = Valkey(tmp_path / "data")
    yield made
    made.stop()


def test_it_keeps_what_it_was_told_over_a_stop(server: Valkey) -> None:
    with redis.Redis.from_url(server.start()) as link:
        link.set("kept", "7")
    server.stop()
    with redis.Redis.from_url(server.start()) as link:
        assert link.get("kept") == b"7"


def test_after_a_kill_it_has_all_but_the_last_second(server: Valkey) -> None:
    with redis.Redis.from_url(server.start()) as link:
        link.set("kept", "7")
        deadline = time.monotonic() + 10
        while link.info("persistence")["aof_pending_bio_fsync"] or not _flushed(server):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert server.process is not None
    server.process.send(signal.SIGKILL)
    server.process.wait(5)
    with redis.Redis.from_url(server.start()) as link:
        assert link.get("kept") == b"7"


def _flushed(server: Valkey) -> bool:
    return any(b"kept" in path.read_bytes() for path in server.home.rglob("*.aof"))


def test_only_we_may_reach_it_and_a_full_memory_refuses_instead_of_forgetting(server: Valkey) -> None:
    with redis.Redis.from_url(server.start()) as link:
        assert link.config_get("port") == {"port": "0"}
        assert link.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700


def test_one_that_was_left_running_is_replaced(server: Valkey, tmp_path: Path) -> None:
    left = Valkey(tmp_path / "data")
    left.start()
    with redis.Redis.from_url(server.start()) as link:
        assert link.ping()
    assert left.process is not None and left.process.wait(5)
