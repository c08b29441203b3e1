"""What a settled vote does: the next stage, or the request's end and the item's next state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.content import actions as content
from app.content.models import Artifact, ContentItem
from app.core import settings
from app.core.db import db
from app.lib.errors import Conflict, Forbidden
from app.publishing import actions as publishing
from app.reviews.models import REQUEST, ApprovalRequest
from app.reviews.rules import OUTCOME


def settle(
    request: ApprovalRequest, item: ContentItem, verdict: str, user: Any, said: str, at: datetime, schedule: bool
) -> Any:
    """Carry a verdict out. Returns the publish job when one was made.

    Raises Forbidden when scheduling was asked for without the right to it, Conflict when there is no usable plan.
    """
    if verdict == "approve" and request.stage < len(request.stages):
        request.stage += 1
        request.quorum = int(request.stages[request.stage - 1].get("quorum", 1))
        return None
    REQUEST.move(request, OUTCOME.get(verdict, "escalated"))
    if verdict == "escalate":
        return None
    request.settled_by, request.settled_at = user.id, at
    if verdict == "approve":
        return _approved(request, item, user, at, schedule)
    request.rejected_by, request.rejected_at, request.rejection_reason = user.id, at, said
    if verdict == "reject":
        content.set_rejected(item, said)
    else:
        content.set_needs_revision(item, said)
    return None


def _approved(request: ApprovalRequest, item: ContentItem, user: Any, at: datetime, schedule: bool) -> Any:
    artifact = db.session.get_one(Artifact, request.artifact_id)
    request.approved_by, request.approved_at = user.id, at
    content.set_approved(item, artifact, user.id)
    db.session.flush()
    publishing.recount(item.id, artifact.id)
    accounts = item.planned_accounts or []
    planned = bool(accounts) and item.scheduled_for is not None and item.scheduled_for > at
    if schedule and not user.can("operator"):
        raise Forbidden("Scheduling needs the operator role. Approve it, and an operator can schedule it.")
    if schedule and not planned:
        raise Conflict(
            "The planned time has passed or no account is planned. Approve it, then schedule it from its page."
        )
    if not schedule:  # nobody can be asked about a second post beside an earlier version, so none is made
        accounts = publishing.without_second_posts(artifact, accounts)
    wanted = schedule or (settings.get("reviews.schedule_on_approval") and _campaign_lets(item))
    if planned and accounts and wanted:
        return publishing.schedule(
            item,
            artifact,
            accounts,
            item.scheduled_for,
            item.timezone,
            campaign_id=item.campaign_id,
            approval_id=request.id,
        )
    return None


def _campaign_lets(item: ContentItem) -> bool:
    """A draft campaign's post may be planned and approved; it is scheduled once the campaign runs."""
    return publishing.campaign_allows(item.campaign_id, item.planned_platforms or [], item.scheduled_for, item.timezone)
