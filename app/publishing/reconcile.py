"""When to look for a post whose outcome is unknown, and what a look means. Pure (docs/delivery.md, "Reconcile").

    key (replay proved)   look 10 s after the attempt began, and 60 s after the lease's end; absent then → send again with the same key
    listing               look 1, 3, 7 and 15 minutes after the attempt began; absent at the last → send again or ask;
                          doubt at the last → ask: what is nearly ours is neither taken for it nor sent again
    neither               ask at once

Absence proves nothing while a request may still be alive, so nothing is sent again before `absent_after`, except where
the same key makes a double impossible.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.platforms.results import Absent, Doubt, Found, Lookup
from app.platforms.spec import Platform

LEASE = timedelta(seconds=60)
"""How long a record stays with whoever claimed it, unless it is renewed."""
AFTER_LEASE = timedelta(seconds=60)
EARLY = timedelta(seconds=10)
"""With a key an early look costs one call and settles most; only its absence proves nothing yet."""
LISTING = tuple(timedelta(minutes=m) for m in (1, 3, 7))
AGAIN = timedelta(minutes=15)
EXTRA_LOOKUPS = 8
"""Looks that told nothing (the platform is away) are repeated this often every 15 minutes, then a person is asked."""


@dataclass(frozen=True)
class Case:
    """One unknown record: what its platform can, when the attempt began, how often we looked, what people decided."""

    spec: Platform
    began: datetime
    lookups: int = 0
    on_absent: str = "resend"
    barred: bool = False

    @property
    def can_lookup(self) -> bool:
        return "find" in self.spec.can and self.spec.resend_safety != "none"

    @property
    def has_key(self) -> bool:
        return self.spec.resend_safety == "proved"

    @property
    def sure_at(self) -> datetime:
        """From then on no request of the attempt can be alive."""
        return self.began + self.spec.absent_after


@dataclass(frozen=True)
class Step:
    """What follows: `found`, `look` (at `at`), `resend` (`same_key` or a new one), `cancel`, or `ask`."""

    do: Literal["found", "lookup", "resend", "cancel", "ask"]
    at: datetime | None = None
    same_key: bool = False
    why: str = ""


def first_lookup_at(case: Case, now: datetime) -> datetime | None:
    """When to look first, or None: nobody can look, so ask."""
    if not case.can_lookup:
        return None
    return max(now, case.began + (EARLY if case.has_key else LISTING[0]))


def is_conclusive(case: Case, now: datetime) -> bool:
    """Whether sending again cannot make a double any more (or the platform keeps the key)."""
    return case.has_key or now >= case.sure_at


def decide(look: Lookup, case: Case, now: datetime) -> Step:
    """What a look means. `case.lookups` counts this one."""
    if isinstance(look, Found):
        return Step("found")
    if isinstance(look, Absent):
        return _decide_absent(case, now)
    if isinstance(look, Doubt):  # also of a cancelled record: it may be out
        return (
            Step("lookup", at=_next_lookup(case, now) or case.sure_at)
            if now < case.sure_at
            else Step("ask", why=look.reason)
        )
    if look.final:
        return Step("ask", why=look.reason)
    if case.lookups >= len(LISTING) + 1 + EXTRA_LOOKUPS:
        return Step("ask", why=f"{case.lookups} looks told nothing: {look.reason}")
    upcoming = _next_lookup(case, now) or now + AGAIN
    return Step("lookup", at=max(upcoming, now + look.retry_after) if look.retry_after else upcoming, why=look.reason)


def _decide_absent(case: Case, now: datetime) -> Step:
    if case.barred:
        return Step("cancel") if now >= case.sure_at else Step("lookup", at=case.sure_at)
    if case.has_key:
        safe = case.began + LEASE + AFTER_LEASE
        return Step("resend", same_key=True) if now >= safe else Step("lookup", at=safe)
    if now < case.sure_at:
        return Step("lookup", at=_next_lookup(case, now) or case.sure_at)
    if not case.spec.listing_consistent:
        return Step("ask", why="It is not listed, but this platform's list is not complete enough to be sure.")
    if case.on_absent != "resend":
        return Step("ask", why="It is not listed. This account's rule is to ask before sending again.")
    return Step("resend")


def _next_lookup(case: Case, now: datetime) -> datetime | None:
    """The next planned look after now."""
    planned = (LEASE + AFTER_LEASE,) if case.has_key else LISTING
    moments = [case.began + wait for wait in planned] + [case.sure_at]
    return next((moment for moment in moments if moment > now), None)
