"""Who may do what with a request, how fast, for how long, and what the votes say. Pure: no database, no Flask."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.core.actor import Actor
from app.lib.errors import Conflict, Forbidden

OPEN = ("pending", "in_review", "escalated")
SETTLED = ("approved", "rejected", "changes_requested")
"""States of a request: somebody is asked, somebody has decided."""
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


@dataclass(frozen=True, slots=True)
class Vote:
    """One row of `review_decisions`, as far as counting needs it."""

    reviewer_id: str
    decision: str
    vote_no: int


class Request(Protocol):
    """What the rules ask of a review request."""

    @property
    def status(self) -> str: ...
    @property
    def artifact_id(self) -> uuid.UUID | None: ...
    @property
    def author_id(self) -> uuid.UUID | None: ...
    @property
    def requested_by(self) -> uuid.UUID | None: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def settled_at(self) -> datetime | None: ...
    @property
    def settled_by(self) -> uuid.UUID | None: ...


class Item(Protocol):
    """What the rules ask of the content item that a request is about."""

    @property
    def status(self) -> str: ...
    @property
    def current_version_id(self) -> uuid.UUID | None: ...
    @property
    def planned_accounts(self) -> Sequence[str]: ...
    @property
    def scheduled_for(self) -> datetime | None: ...


Refusal = Forbidden | Conflict


@dataclass(frozen=True, slots=True)
class Rights:
    """What one person may do with one request at one moment. None: they may; else the refusal, which the verb raises and for
    which the page offers no button."""

    decide: Forbidden | None
    schedule: Refusal | None
    undo: Refusal | None
    withdraw: Refusal | None
    opens: bool
    """Whether reading a waiting request takes it into review; who wrote it only reads."""


def rights(request: Request, item: Item, who: Actor, now: datetime, *, self_approval: bool) -> Rights:
    """The one answer for the verbs and for the page. `self_approval`: the setting that lets people decide on their own work."""
    return Rights(
        decide=_why_not_decide(request, who, self_approval),
        schedule=_why_not_schedule(item, who, now),
        undo=_why_not_undo(request, item, who, now),
        withdraw=_why_not_withdraw(request, who),
        opens=who.can("reviewer") and not is_own(request, who),
    )


def is_own(request: Request, who: Actor) -> bool:
    """Whether this person wrote the version or asked for its review."""
    return who.person_id is not None and who.person_id in (request.author_id, request.requested_by)


def is_open(request: Request, now: datetime) -> bool:
    """Whether the request still asks for a decision; the clock's job may not have closed an expired one yet."""
    return request.status in OPEN and (request.expires_at is None or request.expires_at > now)


def is_up_to_date(request: Request, item: Item) -> bool:
    """Whether an open request is still about what the item is now: its version, and the plan that was asked about (another
    plan makes the item a draft)."""
    return request.artifact_id == item.current_version_id and item.status == "review"


def is_planned(item: Item, now: datetime) -> bool:
    """Whether the item has accounts and a moment that is still to come."""
    return bool(item.planned_accounts) and item.scheduled_for is not None and item.scheduled_for > now


def _why_not_decide(request: Request, who: Actor, self_approval: bool) -> Forbidden | None:
    """Nobody approves their own work (docs/states.md), unless the setting says so."""
    if not who.can("reviewer"):
        return Forbidden("Deciding needs the reviewer role. Ask an admin for it.")
    if not self_approval and is_own(request, who):
        return Forbidden("You wrote or submitted this version, so somebody else has to decide on it.")
    return None


def _why_not_schedule(item: Item, who: Actor, now: datetime) -> Refusal | None:
    if not who.can("operator"):
        return Forbidden("Scheduling needs the operator role. Approve it, and an operator can schedule it.")
    if not is_planned(item, now):
        return Conflict(
            "The planned time has passed or no account is planned. Approve it, then schedule it from its page."
        )
    return None


def _why_not_undo(request: Request, item: Item, who: Actor, now: datetime) -> Refusal | None:
    if request.status not in SETTLED or request.settled_at is None:
        return Conflict(f"This request is {request.status.replace('_', ' ')}; there is no decision to undo.")
    if request.settled_by != who.person_id and not who.can("admin"):
        return Forbidden("Only who decided, or an admin, can undo a decision.")
    if now > undo_until(request.settled_at):
        return Conflict(
            "More than ten minutes have passed, so the decision stands. Edit the content to have it reviewed again."
        )
    if item.status == "review":
        return Conflict("A new review was asked for since. Decide there; this decision stays as it is.")
    if item.current_version_id != request.artifact_id:
        return Conflict("A newer version was saved since. It needs a review of its own; this decision stays as it is.")
    return None


def _why_not_withdraw(request: Request, who: Actor) -> Refusal | None:
    if not is_own(request, who) and not who.can("admin"):
        return Forbidden("Only who asked for this review, or an admin, can withdraw it.")
    if request.status not in OPEN:
        return Conflict(f"This request is {request.status.replace('_', ' ')} already; there is nothing to withdraw.")
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
