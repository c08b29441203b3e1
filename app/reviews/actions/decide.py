"""Decide on one version: approve, reject, request changes.

1. the sentence, where one is needed   2. the reviewer's own lock   3. item and request under their locks
4. the same decision again: nothing    5. still open, still this version, plan and text   6. may this person, and so soon?
7. one more vote   8. settled: the item follows, and the plan when that was asked for
"""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.audit import actions as audit
from app.content.models import Artifact
from app.core import actor, locks, settings
from app.core.db import database_now, db
from app.lib.errors import Conflict, Invalid, NotFound, TooMany
from app.publishing.models import PublishJob
from app.reviews import queries, rules
from app.reviews.actions.guards import must_be_as_shown, must_be_open, must_be_this_version
from app.reviews.actions.locking import add_vote, lock_request, votes
from app.reviews.actions.settle import settle
from app.reviews.models import OPEN, REQUEST, ApprovalRequest, ReviewDecision

COUNTED = ("approve", "reject", "request_changes", "escalate")


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What came of it. `settled` is the new status, None while the quorum waits for others; `job` when one was made."""

    request: ApprovalRequest
    settled: str | None
    job: PublishJob | None = None
    repeated: bool = False


def decide(
    request_id: uuid.UUID,
    decision: str,
    *,
    artifact_id: str, content_hash: str, plan_hash: str, shown_hash: str,
    note: str = "", reasons: tuple[str, ...] = (), schedule: bool = False,
) -> DecisionResult:  # fmt: skip
    """The decision of who acts on exactly what the page showed: version and hash, the plan, what is composed of it.

    Raises Invalid (no sentence), Conflict (decided, expired, newer version, another plan), Forbidden (own work, role), TooMany
    (ten a minute). Doing the same again, as a double click does, returns what is there.
    """
    if decision not in rules.OUTCOME:
        raise NotFound("There is no such decision.")
    sentence, me = _sentence(decision, note), str(actor.current().person_id)
    locks.advisory(f"reviews.decisions:{me}")
    request, item = lock_request(request_id)
    if _repeats(request, decision, me, artifact_id):
        _must_be_scheduled(request, schedule)
        return DecisionResult(request, request.status if request.status not in OPEN else None, repeated=True)
    at = database_now()
    must_be_open(request, item, at)
    must_be_this_version(request, item, artifact_id, content_hash)
    must_be_as_shown(item, db.session.get_one(Artifact, request.artifact_id), plan_hash, shown_hash)
    may = queries.rights(request, item, at)
    if may.decide is not None:
        raise may.decide
    _limit_rate(me, at)
    came_from = _open(request, at)
    _begin_round_if_changed(request, plan_hash + shown_hash)
    add_vote(request, decision, [*reasons, *([sentence] if sentence else [])], at)
    verdict = rules.outcome(votes(request), request.quorum)
    with actor.tracing(request.trace_id):
        job = settle(request, item, verdict, sentence, may, at, schedule) if verdict else None
        _record(decision, request, came_from, sentence)
    return DecisionResult(request, request.status if request.status not in OPEN else None, job)


def _open(request: ApprovalRequest, at: datetime) -> str:
    """Who decides has opened it, too. Returns the status it came from."""
    came_from = request.status
    if came_from == "pending":
        REQUEST.move(request, "in_review")
        request.opened_by, request.opened_at = actor.current().person_id, at
    return came_from


def _begin_round_if_changed(request: ApprovalRequest, seen: str) -> None:
    """All votes of a round are about the same page: where it shows other words (an update of the app), a round begins."""
    before = request.details.get("seen")
    if before not in (None, seen) and votes(request):
        request.round += 1
    request.details = {**request.details, "seen": seen}


def _must_be_scheduled(request: ApprovalRequest, schedule: bool) -> None:
    """ "Approve and schedule" after a plain "Approve" is no repetition: saying yes to it would promise what is not done."""
    if not schedule or request.status in OPEN:
        return
    if db.session.scalar(sa.select(PublishJob.id).where(PublishJob.approval_id == request.id).limit(1)) is None:
        raise Conflict("You approved it already, without scheduling. Open the item and schedule it from there.")


def _record(decision: str, request: ApprovalRequest, came_from: str, sentence: str) -> None:
    """The line of history; each action is named in full, so that reactions can be checked against them."""
    facts: dict[str, Any] = {
        "note": sentence or None,
        "changes": {"status": [came_from, request.status], "round": [None, request.round]},
    }
    if decision == "approve":
        audit.record("reviews.approve", request, **facts)
    elif decision == "reject":
        audit.record("reviews.reject", request, **facts)
    else:
        audit.record("reviews.request_changes", request, **facts)


def _sentence(decision: str, note: str) -> str:
    sentence = note.strip()
    if decision in rules.NEEDS_SENTENCE and len(sentence) < 3:
        why = (
            "Say in a sentence why it cannot go out."
            if decision == "reject"
            else "Say in a sentence what should change."
        )
        raise Invalid({"note": why})
    if len(sentence) > rules.SENTENCE_MAX:
        raise Invalid(
            {"note": f"This has {len(sentence):,} characters; at most {rules.SENTENCE_MAX:,} are kept. Shorten it."}
        )
    return sentence


def _repeats(request: ApprovalRequest, decision: str, reviewer_id: str, artifact_id: str) -> bool:
    if str(request.artifact_id) != artifact_id:
        return False
    return rules.last_votes(votes(request)).get(reviewer_id) == decision


def _limit_rate(reviewer_id: str, at: datetime) -> None:
    limit = settings.get("reviews.decisions_per_minute")
    free = rules.free_again_at(_recent(reviewer_id, at, limit), at, limit)
    if free is not None:
        wait = max(1, math.ceil((free - at).total_seconds()))
        raise TooMany(
            f"You made {limit} decisions in the last minute, which is as many as the desk takes. "
            f"You can decide again in {wait} s; this one was not counted.",
            wait,
        )


def _recent(reviewer_id: str, at: datetime, limit: int) -> list[datetime]:
    statement = sa.select(ReviewDecision.created_at).where(
        ReviewDecision.reviewer_id == reviewer_id,
        ReviewDecision.decision.in_(COUNTED),
        ReviewDecision.created_at > at - rules.MINUTE,
    )
    return list(db.session.scalars(statement.order_by(ReviewDecision.created_at.desc()).limit(limit)))
