"""What stands on top of an account's page: that it does not work, or soon will not. Pure.

In: the account's facts. Out: `Banner`, or None when nothing is to be said; the template knows the sentences and links of its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from app.accounts.badge import ADDRESS_FIELDS


@dataclass(frozen=True, slots=True)
class BannerFacts:
    """`platform`: its name for people. `outcome` and `field`: how its last check went and what it complained of; "" where nothing.
    `has_worked`: it was signed in once. `ends_soon`: its sign-in ends within the days of notice."""

    platform: str
    status: str
    is_disconnected: bool = False
    outcome: str = ""
    field: str = ""
    has_worked: bool = False
    is_paused: bool = False
    ends_soon: bool = False


class Banner(NamedTuple):
    """`key`: disconnected, sign_in, address, unchecked, paused or expires."""

    key: str
    tone: str
    icon: str
    title: str


def banner(facts: BannerFacts) -> Banner | None:
    """The one that matters most: what is over, then what is broken, then what a person chose, then what comes."""
    if facts.is_disconnected:
        return Banner("disconnected", "idle", "plug-connected-x", "Disconnected")
    if facts.status in ("expired", "invalid"):
        key = "address" if facts.field in ADDRESS_FIELDS else "sign_in"
        return Banner(key, "bad", "plug-connected-x", _failure_title(facts))
    if facts.status == "checking" and facts.outcome == "cannot_tell":
        return Banner("unchecked", "wait", "wifi-off", "The sign-in could not be checked yet")
    if facts.is_paused:
        return Banner("paused", "idle", "player-pause", "Paused")
    if facts.ends_soon:
        return Banner("expires", "wait", "clock-exclamation", "The sign-in expires soon")
    return None


def _failure_title(facts: BannerFacts) -> str:
    if facts.status == "expired":
        return "The sign-in has expired"
    if facts.field in ADDRESS_FIELDS:
        return "The address of this account cannot be used"
    return f"{facts.platform} {'no longer accepts our' if facts.has_worked else 'did not accept this'} sign-in"
