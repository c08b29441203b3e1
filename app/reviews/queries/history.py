"""The list of all requests, open and settled."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.content.models import Artifact, ContentItem
from app.content.queries.rare_matches import rare_by_words
from app.content.search import unindexed_clause
from app.core.db import db
from app.core.listing import Choice, Listing, Period, Walk, contains
from app.reviews.models import OPEN, REQUEST, ApprovalRequest
from app.staff.models import User

Asker, Settler = aliased(User), aliased(User)
STATUS_LABELS = {"pending": "Waiting for review", "in_review": "In review", "changes_requested": "Changes requested"}


def _all() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            ApprovalRequest,
            ContentItem.title,
            Artifact.version,
            Asker.full_name.label("asker"),
            Settler.full_name.label("settler"),
        )
        .join(ContentItem, ContentItem.id == ApprovalRequest.related_entity_id)
        .join(Artifact, Artifact.id == ApprovalRequest.artifact_id)
        .outerjoin(Asker, Asker.id == ApprovalRequest.requested_by)
        .outerjoin(Settler, Settler.id == ApprovalRequest.settled_by)
        .where(ApprovalRequest.request_type == "content")
    )


def _status(value: str) -> sa.ColumnElement[bool]:
    return ApprovalRequest.status.in_(OPEN) if value == "open" else ApprovalRequest.status == value


def _people() -> list[tuple[str, str]]:
    statement = sa.select(User.id, User.full_name).where(User.is_active).order_by(User.full_name)
    return [(str(key), name) for key, name in db.session.execute(statement).all()]


def _reviewer(value: str) -> sa.ColumnElement[bool]:
    return ApprovalRequest.settled_by == uuid.UUID(value)


STATUSES = (("open", "Open"), *((s, STATUS_LABELS.get(s, s.replace("_", " ").capitalize())) for s in REQUEST.states))

REMARKS = 2_000
"""So many of the newest requests are searched for what was noted or answered."""


def _search(text: str) -> sa.ColumnElement[bool] | Walk:
    """Words of the title, or part of what was noted or answered lately."""
    items, own = rare_by_words(text), ApprovalRequest
    if items is None:
        in_own = contains([own.note, own.rejection_reason], text)
        return Walk(sa.or_(unindexed_clause(ContentItem.search, text), in_own))
    newest = sa.select(own.id, own.note, own.rejection_reason).order_by(own.requested_at.desc()).limit(REMARKS)
    remarks = newest.subquery()
    in_titles = sa.select(own.id).where(own.related_entity_id.in_(items))
    in_remarks = sa.select(remarks.c.id).where(contains([remarks.c.note, remarks.c.rejection_reason], text))
    return own.id.in_(sa.union_all(in_titles, in_remarks))


REQUESTS = Listing(
    select=_all,
    search=_search,
    filters={
        "status": Choice(_status, STATUSES, "Status"),
        "by": Choice(_reviewer, _people, "Reviewer"),
        "since": Period(ApprovalRequest.requested_at),
    },
    sorts={
        "requested": ApprovalRequest.requested_at,
        "title": sa.func.lower(ContentItem.title),
        "status": (ApprovalRequest.status, ApprovalRequest.requested_at),
    },
    default="-requested",
    tiebreak=ApprovalRequest.id,
    light=frozenset(("status", "by", "since")),
    own=ApprovalRequest.request_type == "content",
)


def of_item(item_id: uuid.UUID) -> ApprovalRequest | None:
    """The newest request of a content item, for its page."""
    statement = sa.select(ApprovalRequest).where(
        ApprovalRequest.request_type == "content", ApprovalRequest.related_entity_id == item_id
    )
    return db.session.scalar(
        statement.order_by(ApprovalRequest.requested_at.desc(), ApprovalRequest.id.desc()).limit(1)
    )
