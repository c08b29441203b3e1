"""Fetching for writing: the item and its request under their locks, votes, the database's clock."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa

from app.content.models import ContentItem
from app.core import actor
from app.core.db import db
from app.lib.errors import NotFound
from app.reviews.models import OPEN, ApprovalRequest, ReviewDecision
from app.reviews.rules import NEXT_ACTION, Vote


def lock_item(item_id: uuid.UUID) -> ContentItem:
    """The content item under its row lock, freshly read. Raises NotFound."""
    item = db.session.get(ContentItem, item_id, with_for_update=True, populate_existing=True)
    if item is None or item.deleted_at is not None:
        raise NotFound("The content of this review request was removed.")
    return item


def lock_request(request_id: uuid.UUID) -> tuple[ApprovalRequest, ContentItem]:
    """The request and its item, both lock_request, the item first. Raises NotFound."""
    entity = db.session.scalar(
        sa.select(ApprovalRequest.related_entity_id).where(
            ApprovalRequest.id == request_id, ApprovalRequest.request_type == "content"
        )
    )
    if entity is None:
        raise NotFound("There is no such review request. It may have been archived.")
    item = lock_item(entity)
    request = db.session.get(ApprovalRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None:
        raise NotFound("There is no such review request. It may have been archived.")
    return request, item


def open_request(item: ContentItem) -> ApprovalRequest | None:
    """The open request of a lock_request item; there is at most one (unique index)."""
    statement = sa.select(ApprovalRequest).where(
        ApprovalRequest.request_type == "content",
        ApprovalRequest.related_entity_id == item.id,
        ApprovalRequest.status.in_(OPEN),
    )
    return db.session.scalar(statement.with_for_update().execution_options(populate_existing=True))


def votes(request: ApprovalRequest) -> list[Vote]:
    """The votes of the request's current stage and round."""
    statement = sa.select(ReviewDecision.reviewer_id, ReviewDecision.decision, ReviewDecision.vote_no).where(
        ReviewDecision.request_id == request.id,
        ReviewDecision.stage == request.stage,
        ReviewDecision.round == request.round,
        ReviewDecision.reviewer_id.is_not(None),
    )
    return [Vote(str(who), decision, vote_no) for who, decision, vote_no in db.session.execute(statement).all()]


def add_vote(request: ApprovalRequest, decision: str, reasons: list[str], at: datetime) -> ReviewDecision:
    """Append a decision of who acts, numbered behind their earlier ones of this stage and round."""
    who = str(actor.current().person_id)
    earlier = [v.vote_no for v in votes(request) if v.reviewer_id == who]
    row = ReviewDecision(
        request_id=request.id,
        artifact_id=request.artifact_id,
        decision=decision,
        reasons=reasons,
        next_action=NEXT_ACTION[decision],
        reviewer_type="human",
        reviewer_id=who,
        stage=request.stage,
        round=request.round,
        vote_no=max(earlier, default=0) + 1,
        created_at=at,
    )
    db.session.add(row)
    db.session.flush()
    return row
