"""Who or what is to blame for a refusal, where it is not simply the sign-in. Pure: kind → words for the account's page.

- right      the token may not do this; every other call works, so only another token helps
- suspended  the platform took the account down; signing in again changes nothing
- inactive   the account is closed, moved or waits for something: its owner sets it right at the platform
- address    nothing takes posts at the address of the account
"""

from __future__ import annotations

from typing import Final, Literal

Blame = Literal["", "right", "suspended", "inactive", "address"]
RIGHT: Final = "right"
SUSPENDED: Final = "suspended"
INACTIVE: Final = "inactive"
ADDRESS: Final = "address"

ADVICE: dict[Blame, str] = {
    RIGHT: "This sign-in lacks a right that posting needs. Make a new one with this right and reconnect.",
    SUSPENDED: "This account was suspended by the platform. Signing in again does not help: ask the platform's moderators.",
    INACTIVE: "This account is not active at the platform. Its owner has to set that right there.",
    ADDRESS: "Nothing takes posts at this account's address. Correct the address.",
}


def advice(blame: Blame, said: str, missing: str = "") -> str:
    """What to do, with the platform's own words behind it; only these where nothing special is to blame."""
    words = ADVICE.get(blame, "")
    if blame == RIGHT and missing:
        words = f"This sign-in may not post: it lacks {missing}. Make a new one with this right and reconnect."
    if not words:
        return said
    return f"{words} It said: “{said.rstrip('.')}”." if said else words
