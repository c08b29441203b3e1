"""Which of our processes has not reported for too long. Reads the table `worker_heartbeats`.

Only whether a report is *new* is read from the table; how long none came is measured on our own monotonic clock, so a
database whose clock jumps kills nobody (D4). A gap between two readings (the database away, we ourselves stopped, the machine
asleep) starts the measuring again: whoever could not be read is not silent.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping

import psycopg

from app.lib.liveness import SILENT_AFTER

LONGEST_GAP = 15.0  # seconds between two readings; after more, all get their time anew
QUERY = """
SELECT pid, string_agg(name || ' ' || seen_at, ';' ORDER BY name) FROM worker_heartbeats
WHERE host = %s AND pid = ANY(%s) GROUP BY pid
"""  # all of them: an old row of the same pid may name a moment that is still to come


class SilenceTracker:
    """For how long each process has said nothing new, on a monotonic clock. Pure."""

    def __init__(self) -> None:
        self._last_reports: dict[int, tuple[str, float]] = {}
        self._updated_at: float | None = None

    def update(self, seen: Mapping[int, str], moment: float) -> list[int]:
        """In: the last report of each process that is alive and registered. Out: those that are silent for too long."""
        gap = self._updated_at is None or moment - self._updated_at > LONGEST_GAP
        self._updated_at = moment
        before = {} if gap else self._last_reports
        self._last_reports = {
            pid: _if_unchanged(before.get(pid), report) or (report, moment) for pid, report in seen.items()
        }
        return [pid for pid, (_, since) in self._last_reports.items() if moment - since >= SILENT_AFTER]

    def reset(self) -> None:
        """Nobody could be asked."""
        self._updated_at = None


def _if_unchanged(known: tuple[str, float] | None, report: str) -> tuple[str, float] | None:
    return known if known is not None and known[0] == report else None


class Heartbeats:
    """Connects for each reading: a connection kept open would be shared with every process forked meanwhile."""

    def __init__(self, url: str, steady: Callable[[], float] = time.monotonic) -> None:
        self.url, self.steady = url, steady
        self.silence = SilenceTracker()

    def silent_pids(self, pids: list[int]) -> list[int]:
        """Those that are registered and have not reported; empty while the database is away or has just come back."""
        try:
            with psycopg.connect(
                self.url, autocommit=True, connect_timeout=2, options="-c statement_timeout=2000"
            ) as link:
                rows = link.execute(QUERY, [socket.gethostname(), pids]).fetchall()
        except psycopg.Error:
            self.silence.reset()
            return []
        return self.silence.update(dict(rows), self.steady())
