"""What waits for a person: open requests on the current version that they may decide and have not voted on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVarTuple

import sqlalchemy as sa

from app.content.models import ContentItem
from app.core import actor, settings
from app.core.db import db, now_once
from app.reviews.models import OPEN, ApprovalRequest, ReviewDecision
from app.staff.models import User

MOST_ROWS = 200
SORTS = (("due", "Due time"), ("confidence", "Lowest confidence"))
SCOPES = (("mine", "Waiting for me"), ("all", "Everything open"))


Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue."""

    id: uuid.UUID
    title: str
    writer: str
    due_at: datetime | None
    platforms: list[str]
    confidence: Decimal | None
    status: str


def open_and_current() -> sa.ColumnElement[bool]:
    """An open, unexpired request on the version and the plan that are still the current ones."""
    return sa.and_(
        ApprovalRequest.request_type == "content",
        ApprovalRequest.status.in_(OPEN),
        sa.or_(ApprovalRequest.expires_at.is_(None), ApprovalRequest.expires_at > now_once()),
        ContentItem.current_version_id == ApprovalRequest.artifact_id,
        ContentItem.status == "review",
        ContentItem.deleted_at.is_(None),
    )


def _waits_for(person_id: uuid.UUID | None) -> sa.ColumnElement[bool]:
    last_vote = (
        sa.select(ReviewDecision.decision)
        .where(
            ReviewDecision.request_id == ApprovalRequest.id,
            ReviewDecision.stage == ApprovalRequest.stage,
            ReviewDecision.round == ApprovalRequest.round,
            ReviewDecision.reviewer_id == str(person_id),
        )
        .order_by(ReviewDecision.vote_no.desc())
        .limit(1)
        .correlate(ApprovalRequest)
        .scalar_subquery()
    )
    rules = [
        sa.func.coalesce(last_vote, "withdraw") == "withdraw",
        sa.or_(ApprovalRequest.assigned_to.is_(None), ApprovalRequest.assigned_to == person_id),
    ]
    if not settings.get("reviews.self_approval"):
        rules.append(ApprovalRequest.author_id.is_distinct_from(person_id))
        rules.append(ApprovalRequest.requested_by.is_distinct_from(person_id))
    return sa.and_(*rules)


def _filter(statement: sa.Select[*Columns], args: Mapping[str, str]) -> sa.Select[*Columns]:
    statement = statement.join(ContentItem, ContentItem.id == ApprovalRequest.related_entity_id).where(
        open_and_current()
    )
    if args.get("scope") != "all":
        statement = statement.where(_waits_for(actor.current().person_id))
    if args.get("platform"):
        statement = statement.where(ContentItem.planned_platforms.any_() == args["platform"])
    return statement


def queue(args: Mapping[str, str] | None = None) -> list[QueueRow]:
    """The queue of who acts, by due time (what has none comes last) or by lowest confidence; nothing waits for people who may
    not decide. `args`: scope, platform and sort of the page's filter."""
    if not actor.current().can("reviewer"):
        return []
    args = args or {}
    statement = _filter(
        sa.select(
            ApprovalRequest.id,
            ContentItem.title,
            sa.func.coalesce(User.full_name, "Somebody"),
            ApprovalRequest.due_at,
            ContentItem.planned_platforms,
            ApprovalRequest.confidence_score,
            ApprovalRequest.status,
        )
        .select_from(ApprovalRequest)
        .outerjoin(User, User.id == sa.func.coalesce(ApprovalRequest.author_id, ApprovalRequest.requested_by)),
        args,
    )
    order: list[sa.SQLColumnExpression[Any]] = [
        ApprovalRequest.due_at.asc().nulls_last(),
        ApprovalRequest.requested_at,
        ApprovalRequest.id,
    ]
    if args.get("sort") == "confidence":
        order.insert(0, ApprovalRequest.confidence_score.asc().nulls_last())
    return [QueueRow(*row) for row in db.session.execute(statement.order_by(*order).limit(MOST_ROWS)).all()]


def queue_length() -> int:
    """How many requests wait for who acts."""
    return db.session.scalar(select_queue_length()) or 0


def select_queue_length() -> sa.Select[int]:
    """The same as a statement, for others to embed."""
    if not actor.current().can("reviewer"):
        return sa.select(sa.literal(0))
    return _filter(sa.select(sa.func.count()).select_from(ApprovalRequest), {})
