"""What people are told of posts: one failed, many fail, one asks a question."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa

from app.content.models import ContentItem
from app.core.db import app_now, db
from app.core.notices import Notice, notice, quote
from app.lib import clock
from app.platforms import registry
from app.publishing.models import PublishJob, PublishRecord
from app.staff import queries as people
from app.web import labels

SINGLY = 20
"""Failures an hour that are told one by one; beyond that one notice speaks for all."""


class _Case(NamedTuple):
    record: PublishRecord
    title: str
    author: uuid.UUID | None


@notice("record_failed", "Failed posts", "circle-x", on=("publishing.failed",), place=10)
def record_failed(record_id: str) -> Notice | None:
    """A record was given up: its author and those who run the desk."""
    case = _case(record_id)
    if case is None or case.record.status != "failed":
        return None
    if _failed_lately() > SINGLY:
        return _many_failed()
    record = case.record
    error, message = labels.error_type(record.error_type).word, record.error_message or ""
    return Notice(
        _people(case.author), f"{_platform(record)} did not take {quote(case.title)}", f"{error}. {message}".strip().rstrip(".") + ".",
        f"/records/{record.id}", "bad", f"failed:{record.id}:{record.generation}", "publish_records", str(record.id),
    )  # fmt: skip


@notice("record_asks", "Questions", "help-hexagon", on=("publishing.asks",), place=20)
def record_asks(record_id: str) -> Notice | None:
    """An unknown outcome that only a person can settle: the author and those who run the desk."""
    case = _case(record_id)
    if case is None or case.record.status != "unknown" or case.record.next_retry_at is not None:
        return None
    record = case.record
    return Notice(
        _people(case.author), f"Is {quote(case.title)} out on {_platform(record)}?",
        "No answer came, and the desk cannot find out by itself. Please look and say.",
        f"/records/{record.id}", "wait", f"asks:{record.id}:{record.generation}", "publish_records", str(record.id),
    )  # fmt: skip


def _many_failed() -> Notice:
    """So many failures that single notices would hide everything else: one an hour, and none to authors."""
    return Notice(
        _people(None), "Many posts fail", f"More than {SINGLY} posts were given up within an hour. Filter the records by error, and replay them together.",
        "/records?view=needs-action", "bad", f"many-failed:{clock.now():%Y-%m-%dT%H}", "publish_records", "",
    )  # fmt: skip


def _case(record_id: str) -> _Case | None:
    found = db.session.execute(
        sa.select(PublishRecord, ContentItem.title, ContentItem.created_by)
        .join(PublishJob, PublishJob.id == PublishRecord.job_id)
        .join(ContentItem, ContentItem.id == PublishJob.content_id)
        .where(PublishRecord.id == uuid.UUID(record_id))
    ).first()
    return None if found is None else _Case(*found)


def _failed_lately() -> int:
    """Records given up within the last hour, counted no further than needed."""
    lately = sa.and_(PublishRecord.status == "failed", PublishRecord.dead_letter_at > app_now() - timedelta(hours=1))
    some = sa.select(PublishRecord.id).where(lately).limit(SINGLY + 1).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def _people(author: uuid.UUID | None) -> list[uuid.UUID]:
    return [*(person.id for person in people.staff("operator")), *([author] if author else [])]


def _platform(record: PublishRecord) -> str:
    return registry.get(record.platform).spec.name if registry.has(record.platform) else record.platform
