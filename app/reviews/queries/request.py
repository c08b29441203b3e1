"""One request with everything its page shows, in as few statements as that takes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.campaigns.models import Campaign
from app.content.models import Artifact, ContentItem
from app.core import actor
from app.core.db import db
from app.core.ids import parse_id
from app.lib.errors import NotFound
from app.reviews.models import SETTLED, ApprovalRequest, ReviewDecision
from app.reviews.queries.queue import open_and_current
from app.reviews.rules import is_up_to_date
from app.staff.models import User

Author, Asker, Settler, Opener, Assignee = (aliased(User) for _ in range(5))


@dataclass(frozen=True, slots=True)
class RequestDetails:
    """A request, what it is about, and the names of the people in it."""

    request: ApprovalRequest
    item: ContentItem
    artifact: Artifact
    campaign: str | None
    author: str | None
    asker: str | None
    settler: str | None
    opener: str | None
    assignee: str | None

    @property
    def is_current(self) -> bool:
        """Whether the version under review is still the newest."""
        return self.item.current_version_id == self.artifact.id

    @property
    def is_standing(self) -> bool:
        """Whether the version and the plan that were asked about are still what the item is."""
        return is_up_to_date(self.request, self.item)


def details(request_id: uuid.UUID | str) -> RequestDetails:
    """The request for its page. Raises NotFound."""
    key = parse_id(request_id)
    if key is None:
        raise NotFound("There is no such review request. The link may be cut short.")
    people = (Author.full_name, Asker.full_name, Settler.full_name, Opener.full_name, Assignee.full_name)
    statement = (
        sa.select(ApprovalRequest, ContentItem, Artifact, Campaign.name, *people)
        .join(ContentItem, ContentItem.id == ApprovalRequest.related_entity_id)
        .join(Artifact, Artifact.id == ApprovalRequest.artifact_id)
        .outerjoin(Campaign, Campaign.id == ContentItem.campaign_id)
        .outerjoin(Author, Author.id == ApprovalRequest.author_id)
        .outerjoin(Asker, Asker.id == ApprovalRequest.requested_by)
        .outerjoin(Settler, Settler.id == ApprovalRequest.settled_by)
        .outerjoin(Opener, Opener.id == ApprovalRequest.opened_by)
        .outerjoin(Assignee, Assignee.id == ApprovalRequest.assigned_to)
        .where(ApprovalRequest.id == key, ContentItem.deleted_at.is_(None))
    )
    row = db.session.execute(statement).first()
    if row is None:
        raise NotFound("There is no such review request. It may have been archived, or its content removed.")
    return RequestDetails(*row)


def base_version(details: RequestDetails) -> Artifact | None:
    """What the version is compared with: the newest older version that was approved or decided on."""
    decided = (
        sa.select(ApprovalRequest.artifact_id)
        .where(ApprovalRequest.related_entity_id == details.item.id, ApprovalRequest.status.in_(SETTLED))
        .scalar_subquery()
    )
    statement = sa.select(Artifact).where(
        Artifact.content_id == details.item.id,
        Artifact.version < details.artifact.version,
        sa.or_(Artifact.id == details.item.approved_version_id, Artifact.id.in_(decided)),
    )
    return db.session.scalar(statement.order_by(Artifact.version.desc()).limit(1))


def own_vote(request: ApprovalRequest) -> str | None:
    """The vote of who acts in the current stage and round, while others are still asked."""
    statement = sa.select(ReviewDecision.decision).where(
        ReviewDecision.request_id == request.id,
        ReviewDecision.stage == request.stage,
        ReviewDecision.round == request.round,
        ReviewDecision.reviewer_id == str(actor.current().person_id),
    )
    last = db.session.scalar(statement.order_by(ReviewDecision.vote_no.desc()).limit(1))
    return last if last != "withdraw" else None


def next_due() -> datetime | None:
    """The earliest due time of what is open for anybody: shown when nothing waits for the reader."""
    statement = (
        sa.select(sa.func.min(ApprovalRequest.due_at))
        .join(ContentItem, ContentItem.id == ApprovalRequest.related_entity_id)
        .where(open_and_current())
    )
    return db.session.scalar(statement)
