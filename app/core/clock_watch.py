"""Whether the database's clock runs evenly, judged by a monotonic clock of this process. Pure.

In: pairs of readings, the database's time and the monotonic moments before and after it was asked. Out: a `Jump` when the
two disagree by more than 5 s, and for how long they have agreed without a gap (`calm_for`).

The monotonic clock is the one that stands still while the machine sleeps (CLOCK_MONOTONIC, not CLOCK_BOOTTIME): what is
waited for is that our own calls end, and a call of a sleeping machine does not end. So sleep looks like a jump of the
database's clock, and after it nothing is swept or sent again until those who woke had time to finish.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime

TOLERANCE = 5.0
"""Seconds the two clocks may drift apart within WINDOW: what time synchronisation slews stays far below."""
REFRAIN = 60.0
"""Seconds, one full lease: so long nothing is swept, killed or believed after a jump."""
LONGEST_GAP = 30.0
"""Seconds without a reading; after more, this process stood still, and the others may have as well."""
WINDOW = 900.0
KEEP_EVERY = 5.0


@dataclass(frozen=True)
class Reading:
    """The database's clock, asked between two moments of the monotonic one."""

    database: datetime
    before: float
    after: float

    @property
    def is_sharp(self) -> bool:
        """The answer came quickly enough to tell anything about a lease."""
        return self.after - self.before <= TOLERANCE


@dataclass(frozen=True)
class Jump:
    """`last`: what the clock said before (None: nobody was there to see it), `at`: what it said after, `moved_by`: seconds,
    negative for backwards."""

    last: datetime | None
    at: datetime
    moved_by: float


class ClockWatch:
    """What one process has seen of the database's clock. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[Reading] = deque()
        self._last: Reading | None = None
        self._calm_from: float | None = None

    @property
    def has_begun(self) -> bool:
        return self._last is not None

    @property
    def calm_from(self) -> float | None:
        return self._calm_from

    def resume(self, reading: Reading, calm_from: float) -> None:
        """Go on where another process of this machine and boot has stopped: its last reading, and since when all was calm."""
        with self._lock:
            if self._last is None:
                self._last, self._calm_from = reading, calm_from
                self._kept.append(reading)

    def observe(self, reading: Reading) -> Jump | None:
        """Compare with everything of the last quarter of an hour, so that small steps in one direction add up."""
        with self._lock:
            last = self._last
            moved = self._moved_by(reading)
            if last is None or reading.before - last.after > LONGEST_GAP:
                self._calm_from = reading.after
            if moved:
                self._kept.clear()
                self._calm_from = reading.after
            if reading.is_sharp and (not self._kept or reading.after - self._kept[-1].after >= KEEP_EVERY):
                self._kept.append(reading)
            self._last = reading
            return Jump(last.database, reading.database, moved) if last is not None and moved else None

    def calm_for(self, steady: float) -> float:
        """Seconds since the last jump or gap, or since the first reading. 0 before it."""
        return 0.0 if self._calm_from is None else max(steady - self._calm_from, 0.0)

    def _moved_by(self, reading: Reading) -> float:
        """By how many seconds the database's clock ran away; 0 for none. An answer that took long only widens the range."""
        while self._kept and reading.after - self._kept[0].after > WINDOW and len(self._kept) > 1:
            self._kept.popleft()
        furthest = 0.0
        for kept in self._kept:
            passed = (reading.database - kept.database).total_seconds()
            ahead, behind = passed - (reading.after - kept.before), passed - (reading.before - kept.after)
            moved = ahead if ahead > TOLERANCE else behind if behind < -TOLERANCE else 0.0
            furthest = moved if abs(moved) > abs(furthest) else furthest
        return furthest


def age_start(began: datetime, now: datetime, jumped_at: datetime | None) -> datetime:
    """From when the age of something that began at `began` may be counted, all by the database's clock.

    What began before the last jump (or, after a jump backwards, seems to begin in the future) is as old as the jump: more
    nobody has watched. Only the last jump matters; after it moments can be compared again.
    """
    if jumped_at is None:
        return began
    return min(jumped_at, now) if began <= jumped_at or began > now else began


def describe_jump(moved_by: float) -> str:
    """`The database's clock jumped forward by 20 min.`"""
    return f"The database's clock jumped {'forward' if moved_by > 0 else 'back'} by {describe_length(moved_by)}."


def describe_length(seconds: float) -> str:
    """A span in a person's words."""
    whole = round(abs(seconds))
    if whole < 120:
        return f"{whole} s"
    return f"{round(whole / 60)} min" if whole < 2 * 3600 else f"{round(whole / 360) / 10:g} h"
