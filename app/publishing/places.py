"""One account for one version of an item: what stands against it there, and what has to be asked first.

The publish page draws a place as a row and every verb that sends refuses by it, so what is shown is what is refused, in the
same words. The facts are gathered by `queries.plan`; nothing here asks the database.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from app.accounts.models import Account
from app.platforms import registry
from app.platforms.base import Post
from app.publishing.models import OPEN

LIVE, DOUBTFUL, GOING = "live", "doubtful", "going"
STRONGEST = (LIVE, DOUBTFUL, GOING)
WORDS = {LIVE: "is live", DOUBTFUL: "may be out", GOING: "is on its way"}
WAY_BACK = {"paused": "Resume it first", "checking": "Wait until it is checked"}


@dataclass(frozen=True)
class Copy:
    """A record of the same item at a place. `is_same`: of this very version. `name`: the other account of the desk that
    carried it, where it is one place with this account. `url`: the post, where it is live and has a link."""

    version: int
    state: str
    status: str
    record_id: uuid.UUID
    is_same: bool = False
    name: str = ""
    url: str | None = None

    @property
    def summary(self) -> str:
        """ "Version 1 is live" — the account's name or "there" follows."""
        return f"Version {self.version} {WORDS[self.state]}"

    @property
    def is_barring(self) -> bool:
        """The same version goes to a place once. What was cancelled while it was unclear may go, if that is wanted."""
        return self.is_same and self.status != "cancelled"


@dataclass(frozen=True)
class Place:
    """`post`: what goes out there; `uncovered`: why the approval does not cover it; `wrong`: why it does not fit; `copy`:
    what is known of the item there already."""

    account: Account
    post: Post
    uncovered: str = ""
    wrong: tuple[str, ...] = ()
    copy: Copy | None = None

    @property
    def label(self) -> str:
        """The account as a sentence names it."""
        platform, name = registry.get(self.account.platform).spec.name, self.account.account_name
        return platform if name == platform else f"{platform} {name}"

    @property
    def why_not(self) -> str:
        """What keeps this version from going there, whoever asks for it; "" when nothing does."""
        return next((said for rule in RULES if (said := rule(self))), "")

    @property
    def is_usable(self) -> bool:
        return not self.why_not

    @property
    def earlier(self) -> Copy | None:
        """What a post would stand beside: one that somebody has to want."""
        return self.copy if self.copy is not None and not self.copy.is_barring else None

    @property
    def is_free(self) -> bool:
        """Whether the plan alone may send it there: nothing stands against it and nobody has to be asked."""
        return self.is_usable and self.copy is None


def there_already(place: Place) -> str:
    """The same version goes to the same place once, under whichever of the desk's names for it. An earlier try that was
    never cleared up counts: its replay looks first, a new record would not."""
    copy = place.copy
    if copy is None or not copy.is_barring:
        return ""
    other = f" under “{copy.name}”, another name of the same place" if copy.name else ""
    if copy.status not in (*OPEN, "success"):
        return f"Nobody knows whether an earlier try{other} is out. Open that record and replay it: it looks first."
    word = "is published there" if copy.status == "success" else "is on its way there"
    return f"This version {word} already{other}."


def unusable(place: Place) -> str:
    """An account that may not be posted to now."""
    if place.account.is_usable:
        return ""
    word = place.account.shown_status if place.account.status == "active" else place.account.status
    return f"It is {word}. {WAY_BACK.get(word, 'Reconnect it first')}."


def uncovered(place: Place) -> str:
    """What goes out there is not, word for word, what a reviewer was shown."""
    return place.uncovered


def unfit(place: Place) -> str:
    """A version that does not fit an account would only fail there."""
    return " ".join(place.wrong)


RULES: tuple[Callable[[Place], str], ...] = (there_already, unusable, uncovered, unfit)
"""Each says what stands against a place, or ""; the first that speaks is heard."""
