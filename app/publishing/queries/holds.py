"""Open and past holds, with what they cover."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.content.models import ContentItem
from app.core.db import db
from app.lib.errors import NotFound
from app.publishing.models import PublishHold, PublishJob, PublishRecord
from app.publishing.queries.record import CAMPAIGNS
from app.staff.models import User
from app.web import labels

H = PublishHold
Placer, Releaser = aliased(User), aliased(User)
MOST = 200


@dataclass(frozen=True)
class HoldRow:
    """A hold in words: `covers` is what it stops, `record_id` and `account_id` where its link leads."""

    hold: PublishHold
    placed_by: str | None
    released_by: str | None
    covers: str


def by_id(hold_id: uuid.UUID) -> PublishHold:
    """One hold. Raises NotFound."""
    found = db.session.get(H, hold_id)
    if found is None:
        raise NotFound("There is no such hold.")
    return found


def emergency() -> PublishHold | None:
    """The open emergency hold of everything, if there is one."""
    return db.session.scalar(sa.select(H).where(H.released_at.is_(None), H.scope == "all", H.reason == "emergency"))


def open_holds() -> list[HoldRow]:
    """What is held now, newest first."""
    return _rows(_select().where(H.released_at.is_(None)).order_by(H.placed_at.desc()).limit(MOST))


def past_holds(limit: int = 25) -> list[HoldRow]:
    """The last ones that were released."""
    return _rows(_select().where(H.released_at.is_not(None)).order_by(H.released_at.desc()).limit(limit))


def _select() -> sa.Select[PublishHold, str, str]:
    return (
        sa.select(H, Placer.full_name, Releaser.full_name)
        .outerjoin(Placer, Placer.id == H.placed_by)
        .outerjoin(Releaser, Releaser.id == H.released_by)
    )


def _rows(statement: sa.Select[PublishHold, str, str]) -> list[HoldRow]:
    found = db.session.execute(statement).all()
    names = _names([row[0] for row in found])
    return [
        HoldRow(hold, placer, releaser, names.get((hold.scope, hold.scope_id), _plain(hold)))
        for hold, placer, releaser in found
    ]


def _plain(hold: PublishHold) -> str:
    if hold.scope == "all":
        return "Everything"
    return f"Everything for {labels.platform(hold.scope_id).word}" if hold.scope == "platform" else f"A {hold.scope}"


def _names(holds: Sequence[PublishHold]) -> dict[tuple[str, str], str]:
    """(scope, id) → what it is called; one statement for each kind of thing that is held."""
    ids = {scope: [h.scope_id for h in holds if h.scope == scope] for scope in ("record", "job", "account", "campaign")}
    R, A = PublishRecord, Account
    statements = {
        "record": sa.select(R.id, ContentItem.title + " · " + R.account_name)
        .join(PublishJob, PublishJob.id == R.job_id).join(ContentItem, ContentItem.id == PublishJob.content_id),
        "job": sa.select(PublishJob.id, ContentItem.title).join(ContentItem, ContentItem.id == PublishJob.content_id),
        "account": sa.select(A.id, A.account_name),
        "campaign": sa.select(CAMPAIGNS.c.id, CAMPAIGNS.c.name),
    }  # fmt: skip
    names: dict[tuple[str, str], str] = {}
    for scope, wanted in ids.items():
        if wanted:
            statement = statements[scope]
            key = statement.selected_columns[0]
            for found, name in db.session.execute(statement.where(sa.cast(key, sa.Text).in_(wanted))):
                names[(scope, str(found))] = name
    return names
