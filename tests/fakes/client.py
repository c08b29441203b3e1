"""Start a fake platform as a process of its own and talk to its control endpoint."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Fake:
    """`with Fake() as fake:` … `fake.url`, `fake.script("hang_after")`, `fake.posts()`."""

    def __init__(self, port: int = 0, dialect: str = "mastodon") -> None:
        command = [
            sys.executable,
            "-m",
            "tests.fakes.platform",
            "--port",
            str(port),
            "--dialect",
            dialect,
            "--with-parent",
        ]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode().split()
        if line[:1] != ["READY"]:
            raise RuntimeError("the fake platform did not start")
        self.url = line[1]
        self.port = int(self.url.rpartition(":")[2])

    def __enter__(self) -> Fake:
        return self

    def __exit__(self, *trouble: object) -> None:
        self.stop()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def pause(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def control(self, verb: str, **values: Any) -> dict[str, Any]:
        """One control request (its own time-out is long: `wait` blocks)."""
        content = json.dumps(values).encode()
        request = urllib.request.Request(f"{self.url}/_control/{verb}", data=content, method="POST")
        with urllib.request.urlopen(request, timeout=float(values.get("seconds") or 10) + 30) as answer:
            found: dict[str, Any] = json.loads(answer.read())
        return found

    def script(self, do: str, **values: Any) -> None:
        """The next create (or `on=…`) goes wrong in this way."""
        self.control("script", do=do, **values)

    def barrier(self, at: str, **values: Any) -> None:
        self.control("barrier", at=at, **values)

    def wait(self, count: int = 1, seconds: float = 10) -> list[dict[str, Any]]:
        """The requests held at barriers; fails when fewer than `count` came in time."""
        hits: list[dict[str, Any]] = self.control("wait", count=count, seconds=seconds)["hits"]
        assert len(hits) >= count, f"only {len(hits)} of {count} requests reached the barrier"
        return hits

    def release(self, number: int | None = None) -> None:
        self.control("release", **({"all": True} if number is None else {"id": number}))

    def flush(self) -> int:
        return int(self.control("flush")["stored"])

    def settings(self, **values: Any) -> None:
        self.control("settings", **values)

    def reset(self) -> None:
        self.control("reset")

    def state(self) -> dict[str, Any]:
        return self.control("state")

    def posts(self, text: str = "") -> list[dict[str, Any]]:
        """What is stored, all or with this text."""
        found: list[dict[str, Any]] = self.state()["posts"]
        return [post for post in found if text in post["text"]]

    def posts_when(self, count: int, seconds: float = 10) -> list[dict[str, Any]]:
        """What is stored once there are `count`, or what there is after `seconds`."""
        end = time.monotonic() + seconds
        while len(found := self.posts()) < count and time.monotonic() < end:
            time.sleep(0.05)
        return found
