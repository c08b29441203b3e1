"""The one job of the room: what people are told after something happened."""

from __future__ import annotations

from app.core.notices import NOTIFY
from app.core.queue import job, rename
from app.core.transactions import transaction
from app.notifications.actions import notify

FORMER = {
    "account": "account_left",
    "expiry": "account_expires",
    "record": "record_failed+record_asks",
    "review": "review_asked",
    "decision": "review_decided",
    "undo": "review_undone",
}
"""There was a job for each before (`tell_of_review`); an older desk may have left deliveries under their names. `record` was two
kinds: each of them looks whether it is meant."""

for former, kind in FORMER.items():
    for room in ("operations", "notifications"):
        rename(f"{room}.tell_of_{former}", f"{NOTIFY}:{kind}")


@job(NOTIFY)
def notify_people(kind: str, thing_id: str) -> None:
    """`kind`: of the notice, or several joined by "+". `thing_id`: what the recorded action was about."""
    for one in kind.split("+"):
        transaction(notify.notify, one, thing_id)
