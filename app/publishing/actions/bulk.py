"""Many records at once: replay or cancel what was ticked; what cannot be is left out and counted, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.core.ids import parse_id
from app.lib.errors import Conflict, Invalid
from app.publishing.actions.cancel import cancel_record
from app.publishing.actions.locking import lock_records
from app.publishing.actions.replay import replay
from app.publishing.models import PublishRecord

MOST = 200


@dataclass(frozen=True)
class BulkResult:
    """How many were done, and why the others were not."""

    count: int
    skipped: Counter[str]

    def summary(self, verb: str) -> str:
        """The toast: "3 queued again. 1 left out: it was unclear once, so replay it alone."."""
        said = f"{self.count} {verb}."
        return said + "".join(f" {n} left out: {why}" for why, n in self.skipped.most_common(3))


def _replay(record: PublishRecord) -> None:
    if record.was_unknown:
        raise Conflict("it was unclear once whether it is out, so replay it on its own page.")
    replay(record)


VERBS: dict[str, tuple[Callable[[PublishRecord], object], str]] = {
    "replay": (_replay, "queued again"),
    "cancel": (cancel_record, "cancelled"),
}


def apply(ids: Sequence[str], verb: str) -> str:
    """Do it to each record that allows it. Returns the words of the toast.

    Raises Invalid when nothing was ticked, too much was, or the verb is unknown."""
    wanted = sorted({key for text in ids if (key := parse_id(text)) is not None})
    if verb not in VERBS:
        raise Invalid({"": "Choose what to do with the ticked records."})
    if not wanted or len(wanted) > MOST:
        raise Invalid({"": f"Tick at least one and at most {MOST} records."})
    does, done_word = VERBS[verb]
    done, skipped = 0, Counter[str]()
    for record in lock_records(wanted):
        try:
            does(record)
            done += 1
        except Conflict as why:
            skipped[why.message] += 1
    return BulkResult(done, skipped).summary(done_word)
