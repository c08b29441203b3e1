"""A reviewer opens a request: pending → in_review."""

from __future__ import annotations

import sqlalchemy as sa

from app.audit import actions as audit
from app.core import actor
from app.core.db import app_now, db
from app.reviews.models import ApprovalRequest


def open_for_review(request: ApprovalRequest) -> bool:
    """Note who read it first. True if it is who acts.

    One conditional statement, so two reviewers who open it at once do no harm. Called by a page that is read, so it
    takes no lock but that of the row it changes.
    """
    statement = (
        sa.update(ApprovalRequest)
        .where(ApprovalRequest.id == request.id, ApprovalRequest.status == "pending")
        .values(status="in_review", opened_by=actor.current().person_id, opened_at=app_now())
        .returning(ApprovalRequest)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if db.session.scalar(statement) is None:
        return False
    audit.record("reviews.open", request, status=["pending", "in_review"])
    return True
