"""Duplicates: a record that was sent again and whose first sending appeared after all, as the attempts tell it.

After a resend of a platform that is known by its list, the list is looked at once more 15 and 60 minutes later
(docs/delivery.md, "Duplicates"). Which looks are due is read off the attempts; no column keeps it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa

from app.core.db import app_now, db
from app.platforms import registry
from app.publishing.models import PublishAttempt, PublishRecord

MATCHED_BY = "twins"
"""`matched_by` of a lookup for duplicates (a stored value)."""
WHEN = (timedelta(minutes=15), timedelta(minutes=60))
AGAIN = timedelta(minutes=15)
"""A look that told nothing is repeated so often."""
LONGEST = timedelta(hours=6)
AT_ONCE = 50
A, R = PublishAttempt, PublishRecord


class LivePost(NamedTuple):
    """One post of a record at the platform. `sure`: not maybe withdrawn already."""

    post_id: str
    url: str
    sure: bool = True


def live_posts(record: PublishRecord, attempts: Sequence[PublishAttempt]) -> list[LivePost]:
    """The record's own post and its duplicates, without what was withdrawn. Attempts newest first. Pure."""
    look = next((one for one in attempts if one.matched_by == MATCHED_BY and (one.response or {}).get("twins")), None)
    if look is None or record.status != "success":
        return []
    gone = _withdrawal_outcomes(attempts)
    own = {"post_id": record.platform_post_id or "", "url": record.platform_url or ""}
    found = {one["post_id"]: one["url"] for one in (own, *(look.response or {})["twins"])}
    return [LivePost(key, url, gone.get(key, "no") == "no") for key, url in found.items() if gone.get(key) != "yes"]


def _withdrawal_outcomes(attempts: Sequence[PublishAttempt]) -> dict[str | None, str | None]:
    """Post → what became of its last withdrawal."""
    return {one.post_id: one.outcome for one in reversed(attempts) if one.step == "withdraw"}


def known_post_ids(record: PublishRecord, attempts: Sequence[PublishAttempt]) -> set[str | None]:
    """Posts that nobody has to be told of: those that are shown, and those that are withdrawn or were when the list was read."""
    return {post.post_id for post in live_posts(record, attempts)} | set(_withdrawal_outcomes(attempts))


def due_checks() -> Sequence[uuid.UUID]:
    """Records whose list is to be looked at now. Read off the attempts: sent again lately, and how often looked since."""
    listing = [connector.spec.slug for connector in registry.all() if connector.spec.resend_safety == "listing"]
    sent = (
        sa.select(A.record_id, sa.func.max(A.started_at).label("at"))
        .where(A.step == "commit", A.generation > 1, A.started_at > app_now() - LONGEST)
        .group_by(A.record_id)
        .subquery()
    )
    looks = (
        sa.select(
            A.record_id,
            sa.func.count().filter(A.outcome != "unknown").label("told"),
            sa.func.max(A.started_at).label("at"),
        )
        .join(sent, sent.c.record_id == A.record_id)
        .where(A.matched_by == MATCHED_BY, A.started_at > sent.c.at)
        .group_by(A.record_id)
        .subquery()
    )
    told = sa.func.coalesce(looks.c.told, 0)
    first, second = (app_now() - wait for wait in WHEN)
    rested = sa.or_(looks.c.at.is_(None), looks.c.at < app_now() - AGAIN)
    turn = sa.or_(sa.and_(told == 0, sent.c.at <= first), sa.and_(told == 1, sent.c.at <= second))
    statement = (
        sa.select(R.id)
        .join(sent, sent.c.record_id == R.id)
        .outerjoin(looks, looks.c.record_id == R.id)
        .where(R.status == "success", R.platform.in_(listing), rested, turn)
    )
    return db.session.scalars(statement.order_by(sent.c.at).limit(AT_ONCE)).all()


def open_withdrawals() -> Sequence[uuid.UUID]:
    """Withdrawals that were asked for and have no answer, for the case that their job was lost."""
    asked = sa.select(A.id).where(A.step == "withdraw", A.outcome.is_(None))
    return db.session.scalars(asked.where(A.started_at > app_now() - LONGEST).order_by(A.started_at)).all()
