"""Rules of misbehaviour, barriers, and the count of what happened. Shared by all handler threads."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Rule:
    on: str = "create"
    do: str = "answer"
    times: int = 1
    skip: int = 0
    match: str = ""
    seconds: float | None = None
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    at: str = ""  # barriers only

    def takes(self, kind: str, haystack: str) -> bool:
        """Whether this rule is for the request; counts `skip` and `times` down."""
        if self.times < 0 or self.on not in (kind, "any") or self.match not in haystack:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times:
            self.times -= 1
            self.times = self.times or -1
        return True


class Script:
    """The rules in order of arrival and the requests held at barriers."""

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self.clear()

    def clear(self) -> None:
        with self.lock:
            self.rules: list[Rule] = []
            self.barriers: list[Rule] = []
            self.held: dict[int, dict[str, Any]] = {}
            self.later: list[Any] = []
            self.numbers = itertools.count(1)
            self.lock.notify_all()

    def add(self, values: dict[str, Any]) -> None:
        with self.lock:
            (self.barriers if values.get("at") else self.rules).append(Rule(**values))

    def take(self, kind: str, haystack: str) -> Rule | None:
        with self.lock:
            return next((rule for rule in self.rules if rule.takes(kind, haystack)), None)

    def stop_at(self, at: str, kind: str, haystack: str, facts: dict[str, Any]) -> None:
        """Hold this thread when a barrier says so, until it is released."""
        with self.lock:
            found = [b for b in self.barriers if b.at == at and b.takes(kind, haystack)]
            if not found:
                return
            number = next(self.numbers)
            self.held[number] = {"id": number, "at": at, **facts}
            self.lock.notify_all()
            self.lock.wait_for(lambda: number not in self.held, timeout=600)

    def wait(self, count: int, seconds: float) -> list[dict[str, Any]]:
        with self.lock:
            self.lock.wait_for(lambda: len(self.held) >= count, timeout=seconds)
            return list(self.held.values())

    def release(self, number: int | None) -> None:
        with self.lock:
            if number is None:
                self.held.clear()
                self.barriers.clear()
            else:
                self.held.pop(number, None)
            self.lock.notify_all()

    def keep_for_later(self, store: Any, seconds: float | None) -> None:
        """Store in a while, whatever becomes of the connection."""
        if seconds is None:
            with self.lock:
                self.later.append(store)
            return

        def run() -> None:
            time.sleep(seconds)
            store()

        threading.Thread(target=run, daemon=True).start()

    def flush(self) -> int:
        with self.lock:
            kept, self.later = self.later, []
        for store in kept:
            store()
        return len(kept)
