"""What people are told of reviews: one was asked for, decided, or its decision taken back."""

from __future__ import annotations

import uuid

from app.content.models import ContentItem
from app.core.db import db
from app.core.notices import Notice, notice, quote
from app.reviews.models import SETTLED, ApprovalRequest
from app.staff import queries as people

DECIDED = {
    "approved": ("was approved", "ok"),
    "rejected": ("was rejected", "bad"),
    "changes_requested": ("needs changes", "wait"),
}
"""Decision → what the headline says of the item, and its tone."""


@notice("review_asked", "Asked for review", "inbox", on=("reviews.ask",), place=50)
def review_asked(request_id: str) -> Notice | None:
    """A review was asked for: the one it is assigned to, else everybody who may decide, but not who wrote or asked."""
    request = _request(request_id)
    if request is None or request.status in SETTLED:
        return None
    own = {request.requested_by, request.author_id}
    reviewers = [person.id for person in people.staff("reviewer") if person.id not in own]
    return Notice(
        [request.assigned_to] if request.assigned_to else reviewers,
        f"{_title(request)} waits for review", f"{_name(request.requested_by) or 'Somebody'} asked for it.",
        f"/reviews/{request_id}", "wait", f"asked:{request_id}:{request.round}", "approval_requests", request_id,
    )  # fmt: skip


@notice(
    "review_decided", "Decided", "user-check", on=("reviews.approve", "reviews.reject", "reviews.request_changes"), place=60
)  # fmt: skip
def review_decided(request_id: str) -> Notice | None:
    """A review was settled: who asked and who wrote it, but not who decided."""
    request = _request(request_id)
    if request is None or request.status not in SETTLED:
        return None
    words, tone = DECIDED[request.status]
    who, reason = _name(request.settled_by), request.rejection_reason or ""
    concerned = {request.requested_by, request.author_id} - {request.settled_by}
    return Notice(
        [person for person in concerned if person], f"{_title(request)} {words}", f"By {who}." + (f" {reason}" if reason else "") if who else reason,
        f"/content/{request.related_entity_id}", tone, f"decided:{request_id}:{request.round}:{request.status}", "approval_requests", request_id,
    )  # fmt: skip


@notice("review_undone", "Decision undone", "arrow-back-up", on=("reviews.undo",), place=70)
def review_undone(request_id: str) -> Notice | None:
    """A decision was taken back: whoever was told of it; what they were told counts as read, since it holds no more."""
    request = _request(request_id)
    if request is None or request.status in SETTLED:
        return None
    return Notice(
        (), f"The decision on {_title(request)} was undone", "It is in review again; you hear when somebody has decided anew.",
        f"/reviews/{request_id}", "wait", f"undone:{request_id}:{request.round}", "approval_requests", request_id,
        replaces=f"decided:{request_id}:{request.round - 1}:",
    )  # fmt: skip


def _request(request_id: str) -> ApprovalRequest | None:
    return db.session.get(ApprovalRequest, uuid.UUID(request_id))


def _name(person: uuid.UUID | None) -> str:
    return people.names([person]).get(person, "") if person else ""


def _title(request: ApprovalRequest) -> str:
    item = db.session.get(ContentItem, request.related_entity_id)
    return quote(item.title if item is not None else "Something")
