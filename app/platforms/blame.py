"""Who or what is to blame for a refusal, where it is not simply the sign-in: the one table. Pure.

- right      the token may not do this; every other call works, so only another token helps
- suspended  the platform took the account down; signing in again changes nothing
- inactive   the account is closed, moved or waits for something: its owner sets it right at the platform
- address    nothing takes posts at the address of the account
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Blame = Literal["", "right", "suspended", "inactive", "address"]
RIGHT: Final = "right"
SUSPENDED: Final = "suspended"
INACTIVE: Final = "inactive"
ADDRESS: Final = "address"


@dataclass(frozen=True)
class Words:
    """What a person is told: {0} is the platform, {1} the account. `mends`: another sign-in or address, entered here, helps."""

    title: str
    text: str
    mends: bool


WORDS: Mapping[str, Words] = {
    RIGHT: Words(
        "The sign-in at {0} lacks a right",
        "The sign-in of {1} lacks a right that posting needs. Make a new one with this right and reconnect; the same one would "
        "be refused again.",
        mends=True,
    ),
    SUSPENDED: Words(
        "{0} suspended this account",
        "{1} was suspended by {0}. Signing in again does not help: ask the moderators there.",
        mends=False,
    ),
    INACTIVE: Words(
        "This account is not active at {0}",
        "{1} is closed, has moved, or waits for something at {0}. Its owner has to set that right there.",
        mends=False,
    ),
    ADDRESS: Words(
        "Nothing takes posts at this address",
        "Nothing takes posts at the address of {1}, and no other content would mend that. Correct the address.",
        mends=True,
    ),
}


def advice(blame: Blame, message: str = "", missing: str = "", *, own_words: bool = False) -> str:
    """What to do, with the platform's own words behind it, or ours unquoted; only these where nothing special is to blame."""
    if blame not in WORDS:
        return message
    words = WORDS[blame].text.format("the platform", "this account")
    if blame == RIGHT and missing:
        words = f"This sign-in may not post: it lacks {missing}. Make a new one with this right and reconnect."
    words = words[:1].upper() + words[1:]
    return f"{words} {sentence(message, own_words=own_words)}" if message else words


def sentence(message: str, *, own_words: bool) -> str:
    """A sentence of ours as it is, the platform's words in quotation marks."""
    plain = message.rstrip(".")
    return f"{plain}." if own_words else f"It said: “{plain}”."
