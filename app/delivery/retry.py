"""What follows a verdict, and how long to wait. Pure.

Back-off: 30 s · 2ⁿ, at most 30 min, ±20 % jitter, doubled for rate limits; the platform's Retry-After wins, from 5 s to a day
(docs/delivery.md).
A rate limit uses no retry; auth_failed, content_rejected and invalid_parameters are never retried.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.platforms.results import Verdict

FIRST = timedelta(seconds=30)
CAP = timedelta(minutes=30)
JITTER = 0.2
NEVER = ("auth_failed", "content_rejected", "invalid_parameters")
CONFIRM_EVERY = timedelta(seconds=10)
SHORTEST_ASKED = timedelta(seconds=5)
"""A Retry-After of 0 would turn in circles: a rate limit uses no retry."""
LONGEST_ASKED = timedelta(hours=24)
"""A Retry-After beyond this is a mistake of the platform's more often than a wish."""


@dataclass(frozen=True)
class Next:
    """`status` is the record's next one; `wait` until it is tried or looked at again; `dead` why it is given up."""

    status: str
    wait: timedelta | None = None
    uses_retry: bool = False
    dead: str | None = None


def delay(retries: int, error_type: str | None, asked: timedelta | None, jitter: float) -> timedelta:
    """How long to wait before retry number `retries` + 1. `jitter` is between -1 and 1; a wish of the platform wins."""
    if asked is not None:
        return min(max(asked, SHORTEST_ASKED), LONGEST_ASKED)
    base = FIRST * (2 if error_type == "rate_limit" else 1)
    doubled: timedelta = min(base * 2 ** min(retries, 16), CAP)
    return doubled * (1 + JITTER * jitter)


def decide(
    verdict: Verdict, *, retries: int, max_retries: int, waits: int, jitter: float, sign_in_again: bool = False
) -> Next:
    """The move that a verdict asks for. `waits` counts the rate limits met so far, which use no retry. `sign_in_again`: the no
    was said to a sign-in for which there is, or may be, a fresh one, so it is not final."""
    if verdict.outcome == "yes":
        return Next("success")
    if verdict.outcome == "accepted":
        return Next("confirming", wait=verdict.retry_after or CONFIRM_EVERY)
    if verdict.outcome == "unknown":
        return Next("unknown")
    if verdict.error_type == "rate_limit":
        return Next("retrying", wait=delay(waits, "rate_limit", verdict.retry_after, jitter))
    if (verdict.final or verdict.error_type in NEVER) and not sign_in_again:
        return Next("failed", dead=verdict.error_type or "platform_error")
    if retries >= max_retries:
        return Next("failed", dead="retries_used_up")
    return Next("retrying", wait=delay(retries, verdict.error_type, verdict.retry_after, jitter), uses_retry=True)
