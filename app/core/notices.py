"""Notices that people may get: each declared once, in the room that knows what happened, in its `notices.py`.

`@notice` stands on a function that takes the id of the thing an action was about and returns whom to tell what, or None when it
has moved on meanwhile. `app.notifications` runs it after the action and leaves the notice; it bears being run twice, because the
notice's key names the thing and its round.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

NOTIFY = "notifications.notify"
"""The job that follows an action for a notice; its consumer is `notifications.notify:` and the notice's kind."""
LONGEST_TITLE = 80
LAST = 99  # where a kind stands in the filter when it does not say


@dataclass(frozen=True, slots=True)
class Notice:
    """Whom to tell what: the headline, why and what next, the way there. `key` makes telling twice harmless.

    `replaces`: the beginning of the key of notices that hold no more; they count as read, and who had them is told this one too.
    """

    people: Iterable[uuid.UUID]
    title: str
    body: str
    url: str
    tone: str
    key: str
    entity_type: str
    entity_id: str
    replaces: str = ""


class Kind(NamedTuple):
    """A kind of notice: its word in the filter, the icon of its dot, the actions it follows, what makes it of an id."""

    word: str
    icon: str
    on: tuple[str, ...]
    make: Callable[[str], Notice | None]
    place: int


KINDS: dict[str, Kind] = {}

Maker = Callable[[str], Notice | None]


def notice(kind: str, word: str, icon: str, on: tuple[str, ...], place: int = LAST) -> Callable[[Maker], Maker]:
    """Declare a kind of notice that follows the recorded actions `on`; `place`: where it stands in the filter of the list."""

    def register(make: Maker) -> Maker:
        KINDS[kind] = Kind(word, icon, on, make, place)
        return make

    return register


def followers(action: str) -> tuple[str, ...]:
    """The consumers that follow a recorded action because a notice asks for it."""
    return tuple(f"{NOTIFY}:{key}" for key, kind in KINDS.items() if action in kind.on)


def choices() -> list[tuple[str, str]]:
    """(kind, word) in the order of the filter."""
    return [(key, KINDS[key].word) for key in sorted(KINDS, key=lambda key: (KINDS[key].place, key))]


def quote(title: str) -> str:
    """A title in quotes, cut where it is too long."""
    title = title.strip() or "Untitled"
    return f"“{title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + '…'}”"
