"""How long one web request may work: what is left of it bounds every statement, and is asked between pieces of other work.

In: `begin` by the edge, `lift` when it answers. Out: nothing. Errors: `Late`, which becomes a 503 with the trace id (web/timeouts.py).
Work on texts is bounded by steps (content/bounds.py, content/matching.py) and pictures are read in a process apart, so what lies
between two questions is short. A thread that goes on all the same ends with its process (runtime/waiting.py). Jobs have no deadline.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa

SECONDS = 25.0
STATEMENT = 15.0
"""The server's own time-out for one statement of the web (db.py)."""

_ends: ContextVar[float | None] = ContextVar("deadline", default=None)


class DeadlineExceeded(Exception):
    """The request has used up its time."""


def begin() -> None:
    """The request begins now."""
    _ends.set(time.monotonic() + SECONDS)


def clear() -> None:
    """No deadline from here on: the answer that says so has to be drawn, too."""
    _ends.set(None)


def remaining() -> float | None:
    """Seconds; None when there is no deadline."""
    ends = _ends.get()
    return None if ends is None else ends - time.monotonic()


def check() -> None:
    """Raises Late when the time is up."""
    seconds = remaining()
    if seconds is not None and seconds <= 0:
        raise DeadlineExceeded


def watch(engine: sa.Engine) -> None:
    """No statement of the web outlasts its request; for the first seconds the server's own time-out says so already."""

    @sa.event.listens_for(engine, "before_cursor_execute")
    def limit_statement(_connection: Any, cursor: Any, *_words: Any) -> None:
        check()
        seconds = remaining()
        if seconds is not None and seconds < STATEMENT:
            cursor.execute(f"SET LOCAL statement_timeout = {max(int(seconds * 1000), 1)}")
