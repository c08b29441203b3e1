"""Which of our processes has not reported for too long. Reads the table `worker_heartbeats`; all times are the database's."""

from __future__ import annotations

import socket
import time

import psycopg

SILENT_AFTER = 45  # seconds; only when the process is dead are its records swept
TRUST_AFTER = 15.0  # seconds of an answering database: after an outage all look silent, give them time to report
QUERY = """
SELECT pid FROM worker_heartbeats WHERE host = %s AND pid = ANY(%s) AND seen_at < app_now() - make_interval(secs => %s)
"""


class Heartbeats:
    """Connects for each look: a connection kept open would be shared with every process forked meanwhile."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.since: float | None = None

    def silent(self, pids: list[int]) -> list[int]:
        """Those that are registered and have not reported; empty while the database is away or has just come back."""
        try:
            with psycopg.connect(
                self.url, autocommit=True, connect_timeout=2, options="-c statement_timeout=2000"
            ) as link:
                rows = link.execute(QUERY, [socket.gethostname(), pids, SILENT_AFTER]).fetchall()
        except psycopg.Error:
            self.since = None
            return []
        self.since = self.since or time.monotonic()
        return [pid for (pid,) in rows] if time.monotonic() - self.since > TRUST_AFTER else []
