"""The circuit breaker of an account, as a pure function.

In: the failures in a row, until when it is open, the time, and the limit. Out: `closed` (anything may go), `open`
(nothing may go until the time) or `trial` (the time has passed: one record tries the account again).
Only network time-outs and platform errors count: they say something about the account's platform, not about one post.
Source: docs/delivery.md (5 in a row, one try after 5 minutes).
"""

from __future__ import annotations

from datetime import datetime

COUNTED = frozenset({"network_timeout", "platform_error"})


def counts(error_type: str | None) -> bool:
    """Whether a failure of this type is counted against the account."""
    return error_type in COUNTED


def state(streak: int, open_until: datetime | None, now: datetime, after: int) -> str:
    """Closed, open or trial; see the module."""
    if open_until is not None and open_until > now:
        return "open"
    return "trial" if streak >= after and open_until is not None else "closed"
