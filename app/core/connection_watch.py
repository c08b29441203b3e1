"""How long the web waits for a database that says nothing: frozen, or behind a dead wire. Its own time-outs end nothing then.

1. a wait that has been silent for SILENT_FOR asks the server for a sign of life (probe.py): who answers, even when full, is there
2. it answers: the statement is slow or waits for a lock; the server's statement_timeout ends it
3. it does not: the wait ends as a lost connection (`Away`). Until the server answers again, one request at a time tries
   and the others are refused at once, so that the web's threads stay free for what needs no database

In: the engines of the web. Errors: `Away`, which SQLAlchemy raises as OperationalError and takes for a disconnect.
Jobs are not watched: what a worker has to write down waits until the database is back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import has_request_context

from app.core import probe

SILENT_FOR = 1.0
"""Seconds without a byte after which a wait doubts."""
ANSWERS_WITHIN = 2
"""Seconds a server has for the answer to the question that is asked of it then."""
CONNECTS_WITHIN = 3
"""Seconds for a connection that is wanted."""
PAUSE = 1.0
"""Seconds between two questions to the server."""
LONGEST = 17.0
"""Seconds a request waits for one answer at most, whatever the server says: its statement_timeout of 15 s has passed."""


class DatabaseAway(psycopg.OperationalError):
    """The database does not answer."""


class ConnectionWatch:
    """What the threads of a process know of their database together."""

    def __init__(self) -> None:
        self.is_away = False
        self.next_at = 0.0
        self.turn = threading.Lock()

    def connect(self, address: dict[str, Any], *words: Any) -> WatchedConnection:
        """A watched connection; `Away` at once while the server is away and it is not our turn to try."""
        if not self.is_away:
            return self._connect(address, *words)
        if time.monotonic() < self.next_at or not self.turn.acquire(blocking=False):
            raise DatabaseAway("the database does not answer; another request is trying")
        try:
            return self._connect(address, *words)
        finally:
            self.turn.release()

    def _connect(self, address: dict[str, Any], *words: Any) -> WatchedConnection:
        try:
            line = WatchedConnection.connect(*words, **address)
        except psycopg.errors.ConnectionTimeout:
            self._note(True)
            raise
        self._note(False)
        line.is_lost = lambda: self.lost(address, *words)
        return line

    def lost(self, address: dict[str, Any], *words: Any) -> bool:
        """Whether the server is away, for a wait that is silent. One thread asks, at most once in PAUSE; the others go by it."""
        if time.monotonic() < self.next_at or not self.turn.acquire(blocking=False):
            return self.is_away
        try:
            self._note(not probe.answers(address, *words, within=ANSWERS_WITHIN))
        finally:
            self.turn.release()
        return self.is_away

    def _note(self, is_away: bool) -> None:
        self.is_away, self.next_at = is_away, time.monotonic() + PAUSE


class WatchedConnection(psycopg.Connection[Any]):
    """A connection whose waits end when the server says nothing and `is_lost` finds it away."""

    is_lost: Callable[[], bool] | None = None

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        return super().wait(gen if self.is_lost is None else self._watch_steps(gen, self.is_lost), *args, **options)

    def _watch_steps(self, gen: Any, is_lost: Callable[[], bool]) -> Generator[Any, Any, Any]:
        """The same steps; psycopg resumes them ten times a second with nothing while nothing comes."""
        heard_at = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                silent = 0.0 if ready else time.monotonic() - heard_at
                if not silent:
                    heard_at = time.monotonic()
                elif silent > SILENT_FOR and (is_lost() or (silent > LONGEST and has_request_context())):
                    self.close()  # a later rollback must not wait on it, and SQLAlchemy sees that it is gone
                    raise DatabaseAway(f"the database said nothing for {silent:.0f} s")
                wanted = gen.send(ready)
        except StopIteration as done:
            return done.value


def watch(engine: sa.Engine, reach: ConnectionWatch) -> None:
    """Let the connections of an engine be made and watched by `reach`."""

    @sa.event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, words: Any, address: dict[str, Any]) -> WatchedConnection:
        return reach.connect(address, *words)
