"""Why is this not going out? One pure function over a record's facts answers for any record.

In: `Facts`. Out: reasons, the deciding one first. A reason is a sentence that may end before a time, which the page
writes in the reader's zone, and the key of what could be done about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.lib.liveness import WORKER_SILENT
from app.publishing.models.hold import REASONS


@dataclass(frozen=True)
class Held:
    """One open hold that covers the record."""

    scope: str
    reason: str
    placed_at: datetime
    note: str = ""
    by: str = ""


@dataclass(frozen=True)
class Facts:
    """All that decides whether a record may go now. Times are the database's."""

    status: str
    now: datetime
    due_at: datetime
    next_retry_at: datetime | None = None
    approved: bool = True
    holds: tuple[Held, ...] = ()
    account_status: str = "active"
    account_paused: bool = False
    breaker_until: datetime | None = None
    same_text: str = ""
    limit_until: datetime | None = None
    limit_words: str = ""
    worker_seen_at: datetime | None = None
    clock_until: datetime | None = None
    sent_by: str = ""
    sent_since: datetime | None = None
    barred: bool = False
    campaign: str = ""
    error: str = ""
    finished_at: datetime | None = None


@dataclass(frozen=True)
class Reason:
    """`key` names the kind (for icon and button), `text` the sentence, `at` the time it ends with."""

    key: str
    text: str
    at: datetime | None = None
    note: str = ""


def blockers(facts: Facts) -> list[Reason]:
    """Every reason, the deciding one first; never empty."""
    if facts.status in ("pending", "retrying"):
        return [*_to_change(facts), *_to_wait_for(facts)] or [_next_in_line(facts)]
    return [_under_way(facts)]


def _under_way(facts: Facts) -> Reason:
    if facts.status == "publishing":
        return Reason("sending", f"Being sent by {facts.sent_by or 'a worker'} since", facts.sent_since)
    if facts.status == "confirming":
        return Reason(
            "confirming", "The platform took it and is still working on it; we look again", facts.next_retry_at
        )
    if facts.status == "unknown":
        after = " It was cancelled meanwhile and is not sent again." if facts.barred else ""
        if facts.next_retry_at is not None:
            return Reason("checking", f"Nobody knows yet whether it is out.{after} We look", facts.next_retry_at)
        return Reason("ask", f"Nobody can look whether it is out.{after} Please look and say")
    words = {"success": "It is out since", "failed": "It was given up", "cancelled": "It was cancelled"}
    return Reason(facts.status, words[facts.status], facts.finished_at, facts.error)


def _to_change(facts: Facts) -> Iterator[Reason]:
    """What a person has to change."""
    if not facts.approved:
        yield Reason("review", "Waits for review: no approval covers this version")
    for hold in sorted(facts.holds, key=lambda h: h.placed_at):
        whom = f" by {hold.by}" if hold.by else ""
        yield Reason("held", f"{REASONS[hold.reason].blocker}{whom}, since", hold.placed_at, hold.note)
    if facts.campaign and not any(h.scope == "campaign" for h in facts.holds):
        yield Reason("campaign", facts.campaign)
    if facts.account_paused and not any(h.reason == "account_paused" for h in facts.holds):
        yield Reason("account", "The account is paused")
    if facts.account_status != "active" and not any(h.reason == "account_down" for h in facts.holds):
        words = {
            "expired": "The account's sign-in has expired",
            "invalid": "The account needs a new sign-in",
            "checking": "The account is being checked",
            "disconnected": "The account was disconnected",
        }
        yield Reason("account", words.get(facts.account_status, "The account cannot be used"))


def _to_wait_for(facts: Facts) -> Iterator[Reason]:
    """What time mends."""
    if facts.breaker_until and facts.breaker_until > facts.now:
        yield Reason("breaker", "The account failed several times in a row; it is tried again", facts.breaker_until)
    if facts.same_text:
        words = (
            f"Waits until “{facts.same_text}”, which went before it to the same account with the same text, is settled"
        )
        yield Reason("same_text", f"{words}. We look again", facts.next_retry_at)
    elif facts.limit_until and facts.limit_until > facts.now:
        yield Reason("limit", f"{facts.limit_words or 'Waits for a limit of the account'} until", facts.limit_until)
    if facts.clock_until and facts.clock_until > facts.now:
        yield Reason(
            "clock",
            "The database's clock jumped over its time, so it waits to see whether that stays, until",
            facts.clock_until,
        )
    if facts.due_at > facts.now:
        yield Reason("due", "Due", facts.due_at)
    elif facts.next_retry_at and facts.next_retry_at > facts.now and not (facts.limit_until or facts.same_text):
        word = "The next try is" if facts.status == "retrying" else "It waits until"
        yield Reason("retry", word, facts.next_retry_at, facts.error)


def _next_in_line(facts: Facts) -> Reason:
    seen = facts.worker_seen_at
    if seen is None:
        return Reason("worker", "No worker has ever reported. Start one: `make run` or `flask worker publish`")
    if abs(facts.now - seen) > WORKER_SILENT:
        return Reason("worker", "No worker has reported since", seen)
    return Reason("next", "It is due and next in line")
