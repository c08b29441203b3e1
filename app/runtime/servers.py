"""The servers that the supervisor starts: PostgreSQL where DATABASE_URL names none, Valkey where REDIS_URL names none."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.environment import Environment
from app.runtime.postgres import Postgres
from app.runtime.process import StartError
from app.runtime.valkey import Valkey

RETRY_AFTER = 10.0
"""Seconds after a server could not be started again."""


class EmbeddedServers:
    def __init__(self, settings: Environment) -> None:
        self.postgres = Postgres(settings.data) if settings.embedded_database else None
        self.valkey = Valkey(settings.data) if settings.embedded_redis else None
        self.retry_at = 0.0

    def start(self) -> None:
        """One after the other. Raises StartError."""
        for server in (self.postgres, self.valkey):
            if server is not None:
                server.start()

    def restart_ended(self, log: Callable[[str], None]) -> None:
        """A server that cannot start (a full disk, say) is tried every ten seconds; the web says 503 meanwhile."""
        for server in (self.postgres, self.valkey):
            if server is not None and not server.is_alive() and time.monotonic() >= self.retry_at:
                log(f"{type(server).__name__} ended; starting it again")
                try:
                    server.start()
                except StartError as error:
                    log(f"{error}\nTrying again in {RETRY_AFTER:g} s.")
                    self.retry_at = time.monotonic() + RETRY_AFTER

    def stop(self, postgres_until: float, valkey_until: float) -> None:
        """In: moments of the monotonic clock. Valkey is asked first, and writes its file while PostgreSQL ends."""
        if self.valkey is not None:
            self.valkey.ask_to_stop()
        if self.postgres is not None:
            self.postgres.stop(max(postgres_until - time.monotonic(), 0.3))
        if self.valkey is not None:
            self.valkey.stop(max(valkey_until - time.monotonic(), 0.1))
