"""Who is doing this, under which trace id. Set at the two edges, read by `audit.record`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


def new_trace_id() -> str:
    """32 hexadecimal characters, as a W3C trace-id."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a job or an agent. `type`: human, system, planner, worker or judge (spec B)."""

    type: str = "system"
    id: str | None = None
    name: str = "Pressroom"
    role: str | None = None
    trace_id: str = field(default_factory=new_trace_id)
    ip: str | None = None
    user_agent: str | None = None
    session_id: str | None = None


_current: ContextVar[Actor | None] = ContextVar("actor", default=None)


def current() -> Actor:
    """The actor of this request or job; the system itself when nobody was set."""
    return _current.get() or Actor()


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """Everything inside is done by `actor`."""
    token = _current.set(actor)
    try:
        yield actor
    finally:
        _current.reset(token)


def set_current(actor: Actor) -> None:
    """The web edge sets it once a request; the request's context ends with it."""
    _current.set(actor)
