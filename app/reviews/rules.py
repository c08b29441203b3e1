"""Who may decide, how fast, for how long, and what the votes say. Pure: no database, no Flask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

UNDO_WINDOW = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
NEEDS_SENTENCE = frozenset({"reject", "request_changes"})
OUTCOME = {"approve": "approved", "reject": "rejected", "request_changes": "changes_requested"}
NEXT_ACTION = {
    "approve": "publish",
    "reject": "none",
    "request_changes": "revise",
    "escalate": "human_review",
    "withdraw": "none",
}
REASONS = ("Wrong facts", "Off brand", "Policy risk", "Poor picture", "Not now")
SENTENCE_MAX = 2000
REST = timedelta(milliseconds=700)
"""An item that came by itself after a decision cannot be decided within it: that press was meant for the one before.

The form names its request, so a second press on the page before is harmless. It does not help once the next page has come
under the pointer: that form names the next request, which nobody has read. Counted from the rendering of that page, on the
server's clock alone, this is never more than the time between the two presses, however slow the line is: the first press
and the page's whole way lie before it, the way of one press behind it. Who has read the item is not stopped by it.
"""


@dataclass(frozen=True, slots=True)
class Vote:
    """One row of `review_decisions`, as far as counting needs it."""

    reviewer_id: str
    decision: str
    vote_no: int


def why_not_decide(*, may_review: bool, user_id: Any, author_ids: Iterable[Any], self_approval: bool) -> str | None:
    """None when this person may decide; otherwise the reason, with the way out.

    `author_ids` are all who wrote the version or asked for its approval (docs/states.md: nobody approves their own work).
    """
    if not may_review:
        return "Deciding needs the reviewer role. Ask an admin for it."
    if not self_approval and user_id in {a for a in author_ids if a is not None}:
        return "You wrote or submitted this version, so somebody else has to decide on it."
    return None


def free_again_at(times: Sequence[datetime], now: datetime, limit: int) -> datetime | None:
    """When the next decision is allowed, or None for now. `times`: the reviewer's decisions of late, in any order."""
    recent = sorted(t for t in times if t > now - MINUTE)
    if len(recent) < limit:
        return None
    return recent[-limit] + MINUTE


def undo_until(settled_at: datetime) -> datetime:
    """The last moment at which a decision may be taken back."""
    return settled_at + UNDO_WINDOW


def last_votes(votes: Iterable[Vote]) -> dict[str, str]:
    """Each reviewer's last vote; a withdrawn one does not count."""
    latest: dict[str, Vote] = {}
    for vote in votes:
        held = latest.get(vote.reviewer_id)
        if held is None or vote.vote_no > held.vote_no:
            latest[vote.reviewer_id] = vote
    return {who: vote.decision for who, vote in latest.items() if vote.decision != "withdraw"}


def outcome(votes: Iterable[Vote], quorum: int) -> str | None:
    """What this stage's votes come to: one no or one request for changes settles it, a yes needs the quorum."""
    held = last_votes(votes)
    for decision in ("reject", "request_changes", "escalate"):
        if decision in held.values():
            return decision
    return "approve" if sum(d == "approve" for d in held.values()) >= quorum else None


def neighbours(ids: Sequence[Any], current: Any) -> tuple[Any | None, Any | None]:
    """(previous, next) of `current` in the queue. One that has left the queue is followed by its first item."""
    if current not in ids:
        return None, (ids[0] if ids else None)
    at = ids.index(current)
    return (ids[at - 1] if at else None), (ids[at + 1] if at + 1 < len(ids) else None)


def is_second_press(came_at: str, now: datetime) -> bool:
    """Whether a decision follows the appearance of its page (milliseconds since 1970, "" when it was opened by hand) too soon
    for anybody to have read it."""
    if not (came_at.isascii() and came_at.isdigit() and len(came_at) < 15):
        return False
    return timedelta(0) <= now - datetime.fromtimestamp(int(came_at) / 1000, UTC) < REST


def after_decision(ids: Sequence[Any], current: Any) -> Any | None:
    """The item to show next: the one behind the decided, else the first of the rest, else none ("All reviewed")."""
    if current not in ids:
        return ids[0] if ids else None
    at = ids.index(current)
    rest = [*ids[at + 1 :], *ids[:at]]
    return rest[0] if rest else None
