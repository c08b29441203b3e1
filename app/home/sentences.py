"""What Home says of today and of an account that is in trouble. Pure: facts in, words out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from app.accounts.badge import ADDRESS_FIELDS


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """`platform`: its name for people. `field`: what its last check complained of; "" for nothing in particular. `has_worked`: it
    was signed in once. `rests`: the breaker is open, and nothing is wrong with the sign-in."""

    platform: str
    status: str
    field: str = ""
    has_worked: bool = False
    rests: bool = False


class AccountTrouble(NamedTuple):
    """A sentence around the account's name, which is set apart (it may be written right to left). `ends`: the time of its end follows."""

    before: str
    after: str = ""
    ends: bool = False


def account_trouble(facts: AccountFacts) -> AccountTrouble:
    """What is wrong with it, the worst first: the sign-in, then the failures, then the end that comes."""
    platform = facts.platform
    if facts.status == "expired":
        return AccountTrouble(f"{platform} sign-in expired for ")
    if facts.status == "invalid" and facts.field in ADDRESS_FIELDS:
        return AccountTrouble("The address of ", f" on {platform} cannot be used")
    if facts.status == "invalid":
        verb = "no longer accepts" if facts.has_worked else "did not accept"
        return AccountTrouble(f"{platform} {verb} the sign-in of ")
    if facts.rests:
        return AccountTrouble(f"{platform} account ", " rests after failures")
    return AccountTrouble(f"{platform} sign-in of ", " ends ", ends=True)


def lead(reviews: int, went: int, coming: int, waits: int) -> str:
    """One or two sentences: how many items wait for one's review, posts went out today and are to come, plans need approval."""
    asked = f"{reviews} {'item waits' if reviews == 1 else 'items wait'} for your review. " if reviews else ""
    if not went and not coming:
        return f"{asked}Nothing else goes out today." if reviews else "Nothing goes out today."
    if went:
        today = f"{went} {'post' if went == 1 else 'posts'} went out today{f', {coming} to come' if coming else ''}"
    else:
        today = f"{coming} {'post goes' if coming == 1 else 'posts go'} out today"
    approval = f", and {waits} of these still {'needs' if waits == 1 else 'need'} approval" if waits else ""
    return f"{asked}{today}{approval}."
