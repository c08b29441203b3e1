"""Our own processes beside the two servers, and how a crashed one is started again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.runtime.process import ChildProcess

FIRST_BACKOFF, MAX_BACKOFF = 0.5, 30.0  # seconds
PROMPT_MAX_BACKOFF = 5.0  # for those that posts wait for: an outage costs them seconds
STABLE_AFTER = 60.0  # seconds alive, then a crash counts as the first again
# one queue a worker: several would lose a job to a crash between pop and start
WORKERS = ("publish", "publish", "default")


@dataclass(frozen=True)
class Targets:
    """What each process runs; handed in, since the runtime knows neither rooms nor the factory."""

    prepare: Callable[[], list[dict[str, Any]]]
    web: Callable[[int], object]
    worker: Callable[[str], object]
    clock: Callable[[], object]
    demo: Callable[[], object]


def next_backoff(seconds: float, longest: float) -> float:
    """The pause after one more crash: twice as long, at most `longest`."""
    return min(seconds * 2, longest)


def max_backoff(name: str) -> float:
    """Seconds, for the process of this name."""
    return PROMPT_MAX_BACKOFF if name == "clock" or name.startswith("worker-publish") else MAX_BACKOFF


class Service:
    """A process that is to run always, and the pause before it is started again."""

    def __init__(self, process: ChildProcess, max_backoff: float = MAX_BACKOFF) -> None:
        self.process, self.max_backoff = process, max_backoff
        self.name = process.name
        self.backoff = FIRST_BACKOFF
        self.started_at = 0.0
        self.due_at: float | None = 0.0
        self.crashes = 0

    def ensure_running(self) -> str | None:
        """Starts it when it is due. Returns a sentence when it has just ended by itself."""
        now = time.monotonic()
        if self.due_at is not None:
            if now >= self.due_at:
                self.due_at, self.started_at = None, now
                self.process.start()
            return None
        if self.process.is_alive():
            return None
        self.crashes += 1
        if now - self.started_at > STABLE_AFTER:
            self.backoff = FIRST_BACKOFF
        self.due_at = now + self.backoff
        sentence = f"{self.name} ended ({self.process.exit_description()}); starting it again in {self.backoff:g} s"
        self.backoff = next_backoff(self.backoff, self.max_backoff)
        return sentence
