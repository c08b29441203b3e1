"""A desk for tests of publishing: people, an approved item, accounts, records made by the real verbs, and a worker."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.content import actions as content
from app.content.models import Artifact, ContentItem
from app.core.actor import Actor, acting
from app.core.db import db
from app.core.transactions import transaction
from app.delivery.drain import drain
from app.publishing import actions
from app.publishing.models import PublishAttempt, PublishHold, PublishJob, PublishRecord
from tests.factories import make_account, make_user, serial


def staff() -> Actor:
    """An operator who acts."""
    user = transaction(make_user, "operator")
    return Actor(type="human", id=str(user.id), name=user.full_name, role="operator")


def approved(text: str = "", who: Actor | None = None, **payload: Any) -> tuple[ContentItem, Artifact]:
    """An item whose current version is approved, by the content room's own verbs."""
    number = next(serial)

    def make() -> tuple[ContentItem, Artifact]:
        item = content.create_item(
            {"title": f"Post {number}", "body": text or f"Five stones, one story, {number}.", **payload}
        )
        artifact = db.session.get_one(Artifact, item.current_version_id)
        content.to_review(item, artifact)
        content.set_approved(item, artifact)
        return item, artifact

    with acting(who or staff()):
        return transaction(make)


def account(platform: str = "site", **more: Any) -> uuid.UUID:
    return transaction(make_account, platform, **more).id


def scheduled(
    *accounts: uuid.UUID, at: datetime | None = None, text: str = "", made: Any = None, **more: Any
) -> list[uuid.UUID]:
    """A job for these accounts; returns the records' ids in the accounts' order."""
    who = staff()
    item, artifact = made or approved(text, who)
    with acting(who):
        job = transaction(actions.schedule, item, artifact, accounts, at, **more)
    return [records_of(job.id)[key] for key in accounts]


def records_of(job_id: uuid.UUID) -> dict[uuid.UUID, uuid.UUID]:
    rows = transaction(
        lambda: db.session.execute(
            sa.select(PublishRecord.credential_id, PublishRecord.id).where(PublishRecord.job_id == job_id)
        ).all()
    )
    return {row.credential_id: row.id for row in rows}


def record(key: uuid.UUID) -> PublishRecord:
    """The record as it stands in the database."""
    return transaction(lambda: db.session.get_one(PublishRecord, key, populate_existing=True))


def attempts(key: uuid.UUID) -> list[PublishAttempt]:
    return transaction(
        lambda: list(
            db.session.scalars(
                sa.select(PublishAttempt).where(PublishAttempt.record_id == key).order_by(PublishAttempt.started_at)
            )
        )
    )


def job(record_id: uuid.UUID) -> PublishJob:
    return transaction(
        lambda: db.session.get_one(
            PublishJob, db.session.get_one(PublishRecord, record_id).job_id, populate_existing=True
        )
    )


def holds(key: uuid.UUID | str) -> list[PublishHold]:
    return transaction(
        lambda: list(
            db.session.scalars(
                sa.select(PublishHold).where(PublishHold.scope_id == str(key), PublishHold.released_at.is_(None))
            )
        )
    )


def by_hand(sql: str, **values: Any) -> Any:
    """Plain SQL behind the desk's back, by the owner of the database, past the triggers that refuse it."""
    settings = current_app.config["ENVIRONMENT"]
    url, utc = settings.owner_url or settings.database_url, {"options": "-c timezone=UTC"}
    with sa.create_engine(url, poolclass=sa.pool.NullPool, connect_args=utc).begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        result = connection.execute(sa.text(sql), values)
        return result.all() if result.returns_rows else None


def person(action: Any, key: uuid.UUID, *args: Any, **more: Any) -> Any:
    """A person's verb on a record."""
    with acting(staff()):
        return transaction(lambda: action(db.session.get_one(PublishRecord, key), *args, **more))


def work() -> int:
    """One drain in this process."""
    return drain()
