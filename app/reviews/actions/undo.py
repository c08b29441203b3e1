"""Take a decision back within ten minutes, as long as nothing has left the house."""

from __future__ import annotations

import uuid
from typing import Any

from app.audit.actions import record
from app.content import actions as content
from app.content.models import ContentItem
from app.core.db import db
from app.lib.errors import Conflict, Forbidden
from app.publishing import actions as publishing
from app.reviews import rules
from app.reviews.actions.locking import add_vote, database_now, locked, votes
from app.reviews.models import OPEN, REQUEST, SETTLED, ApprovalRequest


def undo(request_id: uuid.UUID, user: Any) -> ApprovalRequest:
    """Undo the decision that settled the request, or one's own vote while the quorum is still waiting.

    A new round begins, the item is in review again, records not yet claimed are cancelled. Undo neither counts to the
    ten a minute nor frees one. Raises Forbidden (another person's decision), Conflict (too late, newer version, a
    record was claimed: its message says which).
    """
    _records_first(request_id, user)
    request, item = locked(request_id)
    if request.status in OPEN:
        return _take_back_vote(request, user)
    _must_be_undoable(request, item, user)
    came_from = REQUEST.move(request, "in_review")
    request.round += 1
    request.stage, request.quorum = 1, int(request.stages[0].get("quorum", 1))
    request.settled_by = request.settled_at = request.approved_by = request.approved_at = None
    request.rejected_by = request.rejected_at = request.rejection_reason = None
    content.back_to_review(item)
    record("reviews.undo", request, status=[came_from, "in_review"], round=[request.round - 1, request.round])
    return request


def _records_first(request_id: uuid.UUID, user: Any) -> None:
    """Cancel what waits to be sent, before the item is locked: workers lock a record first and its item second, too.

    What was read here without locks is checked again under them; a refusal there undoes the cancelling.
    """
    request = db.session.get(ApprovalRequest, request_id)
    item = db.session.get(ContentItem, request.related_entity_id) if request is not None else None
    if request is None or item is None or request.status != "approved":
        return
    _must_be_undoable(request, item, user)
    publishing.cancel_unclaimed(request.artifact_id)


def _take_back_vote(request: ApprovalRequest, user: Any) -> ApprovalRequest:
    if str(user.id) not in rules.last_votes(votes(request)):
        raise Conflict("There is no decision of yours to undo here.")
    add_vote(request, user.id, "withdraw", [], database_now())
    record("reviews.undo", request)
    return request


def _must_be_undoable(request: ApprovalRequest, item: ContentItem, user: Any) -> None:
    if request.status not in SETTLED or request.settled_at is None:
        raise Conflict(f"This request is {request.status.replace('_', ' ')}; there is no decision to undo.")
    if request.settled_by != user.id and not user.can("admin"):
        raise Forbidden("Only who decided, or an admin, can undo a decision.")
    if database_now() > rules.undo_until(request.settled_at):
        raise Conflict(
            "More than ten minutes have passed, so the decision stands. Edit the content to have it reviewed again."
        )
    if item.status == "review":
        raise Conflict("A new review was asked for since. Decide there; this decision stays as it is.")
    if item.current_version_id != request.artifact_id:
        raise Conflict("A newer version was saved since. It needs a review of its own; this decision stays as it is.")
