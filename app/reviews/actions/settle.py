"""What a settled vote does: the next stage, or the request's end and the item's next state."""

from __future__ import annotations

from datetime import datetime

from app.content import actions as content
from app.content.models import Artifact, ContentItem
from app.core import actor, settings
from app.core.db import db
from app.publishing import actions as publishing
from app.publishing.models import PublishJob
from app.reviews.models import REQUEST, ApprovalRequest
from app.reviews.rules import OUTCOME, Rights, is_planned


def settle(
    request: ApprovalRequest, item: ContentItem, verdict: str, note: str, may: Rights, at: datetime, schedule: bool
) -> PublishJob | None:
    """Carry a verdict out, as the decision of who acts; `may`: what they may do. Returns the publish job when one was made.

    Raises Forbidden when scheduling was asked for without the right to it, Conflict when there is no usable plan.
    """
    if verdict == "approve" and request.stage < len(request.stages):
        request.stage += 1
        request.quorum = int(request.stages[request.stage - 1].get("quorum", 1))
        return None
    REQUEST.move(request, OUTCOME.get(verdict, "escalated"))
    if verdict == "escalate":
        return None
    request.settled_by, request.settled_at = actor.current().person_id, at
    if verdict == "approve":
        return _approve(request, item, may, at, schedule)
    request.rejected_by, request.rejected_at, request.rejection_reason = request.settled_by, at, note
    if verdict == "reject":
        content.set_rejected(item, note)
    else:
        content.set_needs_revision(item, note)
    return None


def _approve(
    request: ApprovalRequest, item: ContentItem, may: Rights, at: datetime, schedule: bool
) -> PublishJob | None:
    artifact = db.session.get_one(Artifact, request.artifact_id)
    request.approved_by, request.approved_at = request.settled_by, at
    content.set_approved(item, artifact)
    db.session.flush()
    publishing.recount(item.id, artifact.id)
    if schedule and may.schedule is not None:
        raise may.schedule
    accounts = item.planned_accounts or []
    if not schedule:  # nobody can be asked about a second post beside an earlier version, so none is made
        accounts = publishing.without_second_posts(artifact, accounts)
    wanted = schedule or (settings.get("reviews.schedule_on_approval") and _campaign_lets(item))
    if is_planned(item, at) and accounts and wanted:
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
