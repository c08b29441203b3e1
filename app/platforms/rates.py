"""Reading "wait" out of answers: Retry-After and the rate-limit headers. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from app.outbound.exchange import Exchange
from app.platforms.results import RateWindow


def no_windows(exchange: Exchange) -> tuple[RateWindow, ...]:
    return ()


def retry_after(exchange: Exchange) -> timedelta | None:
    """Retry-After as seconds or as a date (taken against the answer's own Date, so a skewed clock does no harm)."""
    value = exchange.headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(timedelta(0), timedelta(seconds=float(value)))
    except (ValueError, OverflowError):
        pass
    until = http_date(value)
    if until is None:
        return None
    return max(timedelta(0), until - answer_time(exchange))


def answer_time(exchange: Exchange) -> datetime:
    """The platform's own time of its answer, else ours."""
    ours = exchange.started_at + timedelta(milliseconds=exchange.duration_ms)
    return http_date(exchange.headers.get("date", "")) or ours


def http_date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def windows(prefix: str, key: str) -> Callable[[Exchange], tuple[RateWindow, ...]]:
    """A reader of `<prefix>-remaining` and `<prefix>-reset` (unix seconds or an ISO date)."""

    def read(exchange: Exchange) -> tuple[RateWindow, ...]:
        remaining = exchange.headers.get(f"{prefix}-remaining", "")
        resets_at = _moment(exchange.headers.get(f"{prefix}-reset", ""))
        if not (remaining.isascii() and remaining.isdigit()) or resets_at is None:
            return ()
        ours = exchange.started_at + timedelta(milliseconds=exchange.duration_ms)
        skew = ours - answer_time(exchange) if exchange.headers.get("date") else timedelta(0)
        return (RateWindow("account", key, int(remaining), resets_at + skew),)

    return read


def _moment(value: str) -> datetime | None:
    try:
        if value.isascii() and value.isdigit():
            return datetime.fromtimestamp(int(value), UTC)
        found = datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
