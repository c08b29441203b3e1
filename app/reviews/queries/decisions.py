"""What people wrote about an item: decisions on any of its versions, submissions, comments."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.content.models import Artifact
from app.core.db import db
from app.reviews.models import ApprovalRequest, ReviewComment, ReviewDecision
from app.staff.models import User

PAST_TENSE = {
    "approve": "approved",
    "reject": "rejected",
    "request_changes": "asked for changes on",
    "escalate": "passed on",
    "withdraw": "withdrew from",
}


COMMENTS_PER_PAGE = 100  # on one page


@dataclass(frozen=True, slots=True)
class DecisionEntry:
    """One decision or submission in words: who, when, on which version, what for."""

    who: str
    what: str
    version: int
    at: datetime
    text: str


def decisions_of(item_id: uuid.UUID, limit: int = 40) -> list[DecisionEntry]:
    """What was decided on any version of an item, and what its authors wrote when they asked; oldest first."""
    both = sa.union_all(_select_decisions(item_id), _select_requests(item_id)).subquery()
    rows: Sequence[Any] = db.session.execute(sa.select(both).order_by(both.c.at.desc()).limit(limit)).all()
    return [
        DecisionEntry(
            row.who, PAST_TENSE.get(row.what, row.what), row.version, row.at, ". ".join(filter(None, row.reasons))
        )
        for row in reversed(rows)
    ]


def _select_decisions(item_id: uuid.UUID) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            sa.func.coalesce(User.full_name, ReviewDecision.reviewer_id, "Somebody").label("who"),
            ReviewDecision.decision.label("what"),
            Artifact.version,
            ReviewDecision.created_at.label("at"),
            ReviewDecision.reasons.label("reasons"),
        )
        .join(ApprovalRequest, ApprovalRequest.id == ReviewDecision.request_id)
        .join(Artifact, Artifact.id == ReviewDecision.artifact_id)
        .outerjoin(User, sa.cast(User.id, sa.Text) == ReviewDecision.reviewer_id)
        .where(ApprovalRequest.related_entity_id == item_id)
    )


def _select_requests(item_id: uuid.UUID) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            sa.func.coalesce(User.full_name, "Somebody"),
            sa.literal("submitted"),
            Artifact.version,
            ApprovalRequest.requested_at,
            sa.func.jsonb_build_array(sa.func.coalesce(ApprovalRequest.note, "")),
        )
        .join(Artifact, Artifact.id == ApprovalRequest.artifact_id)
        .outerjoin(User, User.id == ApprovalRequest.requested_by)
        .where(ApprovalRequest.related_entity_id == item_id)
    )


class Comment(NamedTuple):
    """One comment with the name of its author; None when that person is gone."""

    row: ReviewComment
    author: str | None


@dataclass(frozen=True, slots=True)
class Comments:
    """One page of the comments on a request, oldest first. `before` asks for the page of earlier
    ones, None when these are the first; `count` is how many there are on all pages."""

    rows: list[Comment]
    before: uuid.UUID | None
    count: int


def comments_of(request_id: uuid.UUID, *, internal: bool, before: uuid.UUID | None = None) -> Comments:
    """The newest comments, or those just before the comment `before`. `internal`: also what is for reviewers only."""
    mine = ReviewComment.request_id == request_id
    if not internal:
        mine = sa.and_(mine, ReviewComment.internal.is_(False))
    position = sa.tuple_(ReviewComment.created_at, ReviewComment.id)
    there = sa.select(ReviewComment.created_at, ReviewComment.id).where(mine, ReviewComment.id == before)
    earlier = position < there.scalar_subquery() if before else sa.true()
    statement = sa.select(ReviewComment, User.full_name).outerjoin(User, User.id == ReviewComment.author_id)
    newest = statement.where(mine, earlier).order_by(ReviewComment.created_at.desc(), ReviewComment.id.desc())
    found = [Comment(*row) for row in db.session.execute(newest.limit(COMMENTS_PER_PAGE + 1)).all()]
    rows, more = found[:COMMENTS_PER_PAGE][::-1], len(found) > COMMENTS_PER_PAGE
    is_all = not before and not more
    counted = sa.select(sa.func.count()).select_from(ReviewComment).where(mine)
    count = len(rows) if is_all else db.session.scalar(counted) or 0
    return Comments(rows, rows[0].row.id if more else None, count)
