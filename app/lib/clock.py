"""The one clock. SQL reads `app_now()`, Python reads `now()`; tests move both by one offset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_offset = timedelta(0)


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC) + _offset


def offset() -> timedelta:
    """How far the clock has been moved; zero outside tests."""
    return _offset


def set_offset(value: timedelta) -> None:
    """Move Python's clock. Only tests, and connections that find the database's own offset, call this."""
    global _offset
    _offset = value
