"""Take a decision back within ten minutes, as long as nothing of it has been sent."""

from __future__ import annotations

import uuid

from app.audit import actions as audit
from app.content import actions as content
from app.content.models import ContentItem
from app.core import actor
from app.core.db import database_now, db
from app.lib.errors import Conflict
from app.publishing import actions as publishing
from app.reviews import queries, rules
from app.reviews.actions.locking import add_vote, lock_request, votes
from app.reviews.models import OPEN, REQUEST, ApprovalRequest


def undo(request_id: uuid.UUID) -> ApprovalRequest:
    """Undo the decision that settled the request, or one's own vote while the quorum is still waiting.

    A new round begins, the item is in review again, records not yet claimed are cancelled. Undo neither counts to the
    ten a minute nor frees one. Raises Forbidden (another person's decision), Conflict (too late, newer version, a
    record was claimed: its message says which).
    """
    _cancel_records(request_id)
    request, item = lock_request(request_id)
    if request.status in OPEN:
        return _take_back_vote(request)
    _must_be_undoable(request, item)
    came_from = REQUEST.move(request, "in_review")
    request.round += 1
    request.stage, request.quorum = 1, int(request.stages[0].get("quorum", 1))
    request.settled_by = request.settled_at = request.approved_by = request.approved_at = None
    request.rejected_by = request.rejected_at = request.rejection_reason = None
    content.back_to_review(item)
    audit.record("reviews.undo", request, status=[came_from, "in_review"], round=[request.round - 1, request.round])
    return request


def _cancel_records(request_id: uuid.UUID) -> None:
    """Cancel what waits to be sent, before the item is lock_request: workers lock a record first and its item second, too.

    What was read here without locks is checked again under them; a refusal there undoes the cancelling.
    """
    request = db.session.get(ApprovalRequest, request_id)
    item = db.session.get(ContentItem, request.related_entity_id) if request is not None else None
    if request is None or item is None or request.artifact_id is None or request.status != "approved":
        return
    _must_be_undoable(request, item)
    publishing.cancel_unclaimed(request.artifact_id)


def _take_back_vote(request: ApprovalRequest) -> ApprovalRequest:
    if str(actor.current().person_id) not in rules.last_votes(votes(request)):
        raise Conflict("There is no decision of yours to undo here.")
    add_vote(request, "withdraw", [], database_now())
    audit.record("reviews.undo", request)
    return request


def _must_be_undoable(request: ApprovalRequest, item: ContentItem) -> None:
    refusal = queries.rights(request, item, database_now()).undo
    if refusal is not None:
        raise refusal
