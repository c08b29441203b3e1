"""Requests that end without a decision: expired by the clock, superseded by a newer version."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from app.audit import actions as audit
from app.content import actions as content
from app.core.db import app_now, db
from app.reviews.actions.locking import lock_item, lock_request, open_request
from app.reviews.models import OPEN, REQUEST, ApprovalRequest
from app.reviews.rules import is_up_to_date

AT_ONCE = 200


def supersede(request: ApprovalRequest) -> None:
    """Close a request whose version or plan is no longer the current one. The row and its item are lock_request by the caller."""
    came_from = REQUEST.move(request, "superseded")
    db.session.flush()
    audit.record("reviews.supersede", request, status=[came_from, "superseded"])


def supersede_stale(item_id: uuid.UUID) -> bool:
    """After a new version or another plan: close the open request on what was. Repeatable; True when there was one."""
    item = lock_item(item_id)
    request = open_request(item)
    if request is None or is_up_to_date(request, item):
        return False
    supersede(request)
    return True


def expire_due() -> list[uuid.UUID]:
    """Ids of the open requests whose time is over, oldest first: each is then expired in a step of its own."""
    statement = sa.select(ApprovalRequest.id).where(
        ApprovalRequest.status.in_(OPEN), ApprovalRequest.expires_at <= app_now()
    )
    return list(db.session.scalars(statement.order_by(ApprovalRequest.expires_at).limit(AT_ONCE)))


def expire(request_id: uuid.UUID) -> bool:
    """Expire one request; its item becomes a draft again, so that it can be asked for anew. Repeatable."""
    request, item = lock_request(request_id)
    overdue = db.session.scalar(
        sa.select(ApprovalRequest.expires_at <= app_now()).where(ApprovalRequest.id == request_id)
    )
    if request.status not in OPEN or not overdue:
        return False
    came_from = REQUEST.move(request, "expired")
    if item.status == "review" and item.current_version_id == request.artifact_id:
        content.back_to_draft(item)
    audit.record("reviews.expire", request, severity="warning", status=[came_from, "expired"])
    return True
