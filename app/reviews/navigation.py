"""Moving through the queue: what stands beside an item, what comes after a decision, and when that came too soon. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

REST = timedelta(milliseconds=700)
"""An item that came by itself after a decision cannot be decided within it: that press was meant for the one before.

The form names its request, so a second press on the page before is harmless. It does not help once the next page has come
under the pointer: that form names the next request, which nobody has read. Counted from the rendering of that page, on the
server's clock alone, this is never more than the time between the two presses, however slow the line is: the first press
and the page's whole way lie before it, the way of one press behind it. Who has read the item is not stopped by it.
"""

Id = TypeVar("Id")


def neighbours(ids: Sequence[Id], current: Id | None) -> tuple[Id | None, Id | None]:
    """(previous, next) of `current` in the queue. One that has left the queue is followed by its first item."""
    if current is None or current not in ids:
        return None, (ids[0] if ids else None)
    at = ids.index(current)
    return (ids[at - 1] if at else None), (ids[at + 1] if at + 1 < len(ids) else None)


def is_second_press(came_at: str, now: datetime) -> bool:
    """Whether a decision follows the appearance of its page (milliseconds since 1970, "" when it was opened by hand) too soon
    for anybody to have read it."""
    if not (came_at.isascii() and came_at.isdigit() and len(came_at) < 15):
        return False
    return timedelta(0) <= now - datetime.fromtimestamp(int(came_at) / 1000, UTC) < REST


def after_decision(ids: Sequence[Id], current: Id) -> Id | None:
    """The item to show next: the one behind the decided, else the first of the rest, else none ("All reviewed")."""
    if current not in ids:
        return ids[0] if ids else None
    at = ids.index(current)
    rest = [*ids[at + 1 :], *ids[:at]]
    return rest[0] if rest else None
