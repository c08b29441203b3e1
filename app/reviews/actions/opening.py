"""A reviewer opens a request: pending → in_review."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from app.audit.actions import record
from app.core.db import app_now, db
from app.reviews.models import ApprovalRequest


def open_for_review(request: ApprovalRequest, user_id: uuid.UUID) -> bool:
    """Note who looked first. True if it was this person.

    One conditional statement, so two reviewers who open it at once do no harm. Called by a page that is read, so it
    takes no lock but that of the row it changes.
    """
    statement = (
        sa.update(ApprovalRequest)
        .where(ApprovalRequest.id == request.id, ApprovalRequest.status == "pending")
        .values(status="in_review", opened_by=user_id, opened_at=app_now())
        .returning(ApprovalRequest)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if db.session.scalar(statement) is None:
        return False
    record("reviews.open", request, status=["pending", "in_review"])
    return True
