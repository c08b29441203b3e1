"""What becomes of records whose time passed while their campaign was paused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.lib import clock
from app.lib.errors import Invalid
from app.publishing import actions as publishing
from app.publishing.models import PublishRecord

CHOICES = ("send_now", "reschedule", "cancel")


@dataclass(frozen=True, slots=True)
class LateChoice:
    """The answer: send now, move so that the first goes out `at` (the others keep their distance), or cancel."""

    choice: str
    at: datetime | None = None

    def __post_init__(self) -> None:
        if self.choice not in CHOICES:
            raise Invalid({"late": "Choose what to do with the late posts."})
        if self.choice == "reschedule" and (self.at is None or self.at <= clock.now()):
            raise Invalid({"at": "Choose a moment that is still to come."})

    def note(self, count: int) -> str:
        """What was done to `count` posts, for the history."""
        done = {"send_now": "sent now", "reschedule": "moved", "cancel": "cancelled"}[self.choice]
        return f"{count} late {'post' if count == 1 else 'posts'} {done}"


def apply_late_choice(records: Sequence[PublishRecord], late: LateChoice) -> int:
    """Do what was chosen to `records`, ordered by their time. Returns how many."""
    if not records:
        return 0
    now, first = clock.now(), records[0].due_at
    shift = late.at - first if late.at else None
    for record in records:
        if late.choice == "cancel":
            publishing.cancel_record(record)
        else:
            publishing.release("record", record.id, "late")  # the answer is given here
            publishing.reschedule(record, record.due_at + shift if shift is not None else now)
    return len(records)
