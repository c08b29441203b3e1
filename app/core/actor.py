"""Who is doing this, under which trace id. Set at the two edges, read by `audit.record`."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from app.lib.roles import has_role

TRACE_ID = re.compile(r"(?=.*[1-9A-Za-z])[0-9A-Za-z-]{16,64}")
"""What is taken over from others: ours, a W3C trace-id and a UUID fit, and nothing that an address or a log would have to escape."""


def new_trace_id() -> str:
    """32 hexadecimal characters, as a W3C trace-id."""
    return secrets.token_hex(16)


def taken_trace_id(given: str | None) -> str:
    """The trace id of a caller, where it looks like one: 16 to 64 letters, digits and hyphens. Else a new one."""
    return given if given and TRACE_ID.fullmatch(given) else new_trace_id()


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a job or an agent. `type`: human, system, planner, worker or judge (of B, docs/architecture.md)."""

    type: str = "system"
    id: str | None = None
    name: str = "Pressroom"
    role: str | None = None
    trace_id: str = field(default_factory=new_trace_id)
    ip: str | None = None
    user_agent: str | None = None
    session_id: str | None = None

    @property
    def person_id(self) -> uuid.UUID | None:
        """The id of the staff member who acts; None when it is a job, an agent or a visitor."""
        return uuid.UUID(self.id) if self.type == "human" and self.id else None

    def can(self, least: str) -> bool:
        """Whether the actor has at least this role. A job has none: what it may do is decided where it is asked for."""
        return has_role(self.role, least)


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


@contextmanager
def tracing(trace_id: str | None) -> Iterator[None]:
    """Everything inside goes on under the trace id of what it began with; under one's own where that had none."""
    me = current()
    with acting(replace(me, trace_id=trace_id) if trace_id else me):
        yield


def set_current(actor: Actor) -> None:
    """The web edge sets it once a request; the request's context ends with it."""
    _current.set(actor)
