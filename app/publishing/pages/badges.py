"""How a record's state is said on a page. Pure: the stored status and its times → the key of a badge and a hint.

`pending` is "Scheduled" until it is due and "Waiting" after; `unknown` is "Checking" while looks remain and "Needs a look" when
only a person can tell; a hold is no status, but it is what the reader has to know first (docs/design.md, six meanings).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

WAITING = ("pending", "retrying")
SETTLED = frozenset({"success", "failed", "cancelled"})
SETTLED_JOB = SETTLED | {"partial"}
PRECEDENCE = ("publishing", "confirming", "due", "unknown", "retrying", "scheduled", "needs_look", "held")
"""What a job is called, the first word that one of its records has: the one furthest on its way while the desk itself has
something to do, and last what waits for a person."""
MOVING = {"publishing": 3, "due": 3, "confirming": 10, "unknown": 15, "retrying": 15}
"""Seconds between two polls of a page that shows this badge: it changes by itself."""


def badge_key(status: str, due_at: datetime, next_retry_at: datetime | None, now: datetime, held: bool = False) -> str:
    """The key of the badge."""
    if held and status in WAITING:
        return "held"
    if status == "pending":
        return "scheduled" if due_at > now else "due"
    if status == "unknown" and next_retry_at is None:
        return "needs_look"
    return status


def job_badge_key(stored: str, keys: Collection[str]) -> str:
    """The badge of a job, out of the badges of its records: the two never contradict each other on a page.

    `stored` is the job's own status, which holds once all records are settled (and where no record is left).
    """
    return next((word for word in PRECEDENCE if word in keys), stored)


def poll_interval(keys: Iterable[str]) -> int | None:
    """Seconds between two polls of a page that shows these badges; None when nothing changes by itself."""
    return min((MOVING[one] for one in keys if one in MOVING), default=None)


def is_held(holds: set[tuple[str, str]], row: Any) -> bool:
    """Whether one of the open holds (scope, id) stops this record."""
    if not holds:
        return False
    own = (
        ("all", ""), ("record", str(row.id)), ("job", str(row.job_id)), ("account", str(row.credential_id)),
        ("platform", row.platform), ("campaign", str(row.campaign_id)),
    )  # fmt: skip
    return any(one in holds for one in own)


def held_ids(holds: set[tuple[str, str]], rows: Iterable[Any]) -> set[Any]:
    """Ids of the rows that a hold stops."""
    return {row.id for row in rows if is_held(holds, row)} if holds else set()


def bulk_actions(status: str, was_unknown: bool = False) -> str:
    """What a bulk action may do with it, as words for the check box: replay, cancel."""
    words = []
    if status == "failed" and not was_unknown:
        words.append("replay")
    if status in (*WAITING, "unknown", "confirming"):
        words.append("cancel")
    return " ".join(words)


def short_id(record_id: object) -> str:
    """The end of an id, as people read it out: `rec_9a41d7`. Version 7 ids begin with the time, so the end tells them apart."""
    return str(record_id).replace("-", "")[-8:]
