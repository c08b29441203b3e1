"""What becomes of records whose time passed while their campaign was paused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.lib import clock
from app.lib.errors import Invalid
from app.publishing import actions as publishing

CHOICES = ("send_now", "reschedule", "cancel")


@dataclass(frozen=True, slots=True)
class Late:
    """The answer: send now, move so that the first goes out `at` (the others keep their distance), or cancel."""

    choice: str
    at: datetime | None = None

    def __post_init__(self) -> None:
        if self.choice not in CHOICES:
            raise Invalid({"late": "Choose what to do with the late posts."})
        if self.choice == "reschedule" and (self.at is None or self.at <= clock.now()):
            raise Invalid({"at": "Choose a moment that is still to come."})

    def words(self, count: int) -> str:
        """For the history."""
        done = {"send_now": "sent now", "reschedule": "moved", "cancel": "cancelled"}[self.choice]
        return f"{count} late {'post' if count == 1 else 'posts'} {done}"


def settle_late(records: Sequence[Any], late: Late) -> int:
    """Apply the answer to `records`, ordered by their time. Returns how many."""
    if not records:
        return 0
    now = clock.now()
    shift = (late.at - records[0].due_at) if late.at else None
    for one in records:
        if late.choice == "cancel":
            publishing.cancel_record(one)
        else:
            publishing.release("record", one.id, "late")  # the answer is given here
            publishing.reschedule(one, one.due_at + shift if shift is not None else now)
    return len(records)
