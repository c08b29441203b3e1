"""Our own processes beside the two servers, and how a crashed one comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.lib.liveness import QUEUES
from app.runtime.process import Child

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
PROMPT_PAUSE = 5.0  # for those that posts wait for: an outage costs them seconds
STEADY_AFTER = 60.0  # seconds alive, then a crash counts as the first again
WORKERS = ("publish", *QUEUES)
"""The queue of each: one a worker, for several would lose a job to a crash between pop and start. Two send posts."""


@dataclass(frozen=True)
class Work:
    """What the processes do; handed in, since the runtime knows neither rooms nor the factory."""

    prepare: Callable[[], list[dict[str, Any]]]
    web: Callable[[int], object]
    worker: Callable[[str], object]
    clock: Callable[[], object]
    demo: Callable[[], object]


def next_pause(pause: float, longest: float) -> float:
    """The pause after one more crash: twice as long, at most `longest`."""
    return min(pause * 2, longest)


def longest_pause(name: str) -> float:
    """For the process of this name."""
    return PROMPT_PAUSE if name == "clock" or name.startswith("worker-publish") else LONGEST_PAUSE


class Member:
    """One place in the crew: a process, and the pause before it is started again."""

    def __init__(self, process: Child, longest: float = LONGEST_PAUSE) -> None:
        self.process, self.longest = process, longest
        self.name = process.name
        self.pause = FIRST_PAUSE
        self.started_at = 0.0
        self.due_at: float | None = 0.0
        self.crashes = 0

    def tend(self) -> str | None:
        """Starts it when it is due. Returns a sentence when it has just ended by itself."""
        now = time.monotonic()
        if self.due_at is not None:
            if now >= self.due_at:
                self.due_at, self.started_at = None, now
                self.process.start()
            return None
        if self.process.alive():
            return None
        self.crashes += 1
        if now - self.started_at > STEADY_AFTER:
            self.pause = FIRST_PAUSE
        self.due_at = now + self.pause
        sentence = f"{self.name} ended ({self.process.how_it_ended()}); starting it again in {self.pause:g} s"
        self.pause = next_pause(self.pause, self.longest)
        return sentence
