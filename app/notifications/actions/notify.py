"""From a thing that happened to the people who should know. Each is called by a job that follows a recorded action and
bears being run twice: the notice's key names the thing and its round."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Account
from app.content.models import ContentItem
from app.core.db import app_now, db
from app.lib import clock
from app.notifications import texts
from app.notifications.actions.inbox import forget, tell
from app.platforms import registry
from app.publishing.models import PublishJob, PublishRecord
from app.reviews.models import SETTLED, ApprovalRequest
from app.staff import queries as people
from app.web import labels

SINGLY = 20
"""Failures an hour that are told one by one; beyond that one notice speaks for all."""


def tell_of_record(record_id: str) -> int:
    """A record failed or asks a question: its author and those who run the desk. 0 when it has moved on meanwhile."""
    found = db.session.execute(
        sa.select(PublishRecord, ContentItem.title, ContentItem.created_by)
        .join(PublishJob, PublishJob.id == PublishRecord.job_id)
        .join(ContentItem, ContentItem.id == PublishJob.content_id)
        .where(PublishRecord.id == uuid.UUID(record_id))
    ).first()
    if found is None:
        return 0
    record, title, author = found
    url, platform = f"/records/{record.id}", _platform(record.platform)
    if record.status == "failed" and _failed_lately() > SINGLY:
        said = texts.many_failed(f"{clock.now():%Y-%m-%dT%H}", SINGLY)
        author = None
    elif record.status == "failed":
        error = labels.error_type(record.error_type).word
        said = texts.record_failed(
            str(record.id), url, title, platform, error, record.error_message or "", record.generation
        )
    elif record.status == "unknown" and record.next_retry_at is None:
        said = texts.record_asks(str(record.id), url, title, platform, record.generation)
    else:
        return 0
    return tell([*_with_role("operator"), *_one(author)], said)


def tell_of_account(account_id: str) -> int:
    """An account stopped working: those who run the desk. A pause is a person's own doing and tells nobody."""
    account = db.session.get(Account, uuid.UUID(account_id))
    if account is None or account.status not in ("expired", "invalid") or account.deleted_at is not None:
        return 0
    check = account.meta.get("check") or {}
    said = texts.account_left(
        account_id, f"/accounts/{account_id}", account.account_name, _platform(account.platform), check.get("message", ""),
        f"{account.status}:{account.meta.get('round', 0)}:{account.last_verified_at or ''}",
    )  # fmt: skip
    return tell(_with_role("operator"), said)


def tell_of_expiry(account_id: str) -> int:
    """An account's sign-in ends soon: those who run the desk."""
    account = db.session.get(Account, uuid.UUID(account_id))
    if account is None or account.expires_at is None or account.deleted_at is not None:
        return 0
    on = f"{account.expires_at.day} {account.expires_at:%B %Y}"
    said = texts.account_expires(
        account_id, f"/accounts/{account_id}", account.account_name, _platform(account.platform), on
    )
    return tell(_with_role("operator"), said)


def tell_of_review(request_id: str) -> int:
    """A review was asked for: the one it is assigned to, else everybody who may decide, but not who wrote or asked."""
    request = db.session.get(ApprovalRequest, uuid.UUID(request_id))
    if request is None or request.status in SETTLED:
        return 0
    asker = people.names([request.requested_by]).get(request.requested_by) if request.requested_by else None
    said = texts.review_asked(request_id, f"/reviews/{request_id}", _title(request), asker or "Somebody", request.round)
    own = {request.requested_by, request.author_id}
    asked = [request.assigned_to] if request.assigned_to else [one for one in _with_role("reviewer") if one not in own]
    return tell(asked, said)


def tell_of_decision(request_id: str) -> int:
    """A review was settled: who asked and who wrote it, but not who decided."""
    request = db.session.get(ApprovalRequest, uuid.UUID(request_id))
    if request is None or request.status not in SETTLED:
        return 0
    who = people.names([request.settled_by]).get(request.settled_by, "") if request.settled_by else ""
    url = f"/content/{request.related_entity_id}"
    said = texts.review_decided(
        request_id, url, _title(request), request.status, who, request.rejection_reason or "", request.round
    )
    concerned = {*_one(request.requested_by), *_one(request.author_id)} - {request.settled_by}
    return tell(concerned, said)


def tell_of_undo(request_id: str) -> int:
    """A decision was taken back: whoever was told of it; what they were told counts as read, since it holds no more."""
    request = db.session.get(ApprovalRequest, uuid.UUID(request_id))
    if request is None or request.status in SETTLED:
        return 0
    told = forget(f"decided:{request_id}:{request.round - 1}:")
    return tell(told, texts.review_undone(request_id, _title(request), request.round))


def _failed_lately() -> int:
    """Records given up within the last hour, counted no further than needed."""
    lately = sa.and_(PublishRecord.status == "failed", PublishRecord.dead_letter_at > app_now() - timedelta(hours=1))
    some = sa.select(PublishRecord.id).where(lately).limit(SINGLY + 1).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def _with_role(least: str) -> list[uuid.UUID]:
    return [person.id for person in people.staff(least)]


def _one(person: uuid.UUID | None) -> Iterable[uuid.UUID]:
    return [] if person is None else [person]


def _platform(slug: str) -> str:
    try:
        return registry.get(slug).spec.name
    except KeyError:
        return slug


def _title(request: ApprovalRequest) -> str:
    item: Any = db.session.get(ContentItem, request.related_entity_id)
    return item.title if item is not None else "Something"
