"""The command palette and the search page: a few hits of each kind. Who may see what is the view's matter."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Account
from app.campaigns.models import Campaign
from app.content.models import ContentItem
from app.content.queries.found import COMMON, NEWEST
from app.content.search import clause, selective
from app.core.db import db
from app.core.listing import contains
from app.publishing.models import PublishJob, PublishRecord
from app.web import labels

EACH = 5
LONGEST = 100
ENOUGH = 2 * EACH
INDEXED = 50
"""So many items are taken from the word index, which knows no order, when fewer than `ENOUGH` of the newest fit."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: what kind, its id, how it is called, its status, and a word beside it."""

    kind: str
    id: uuid.UUID
    title: str
    status: str
    beside: str


def find(text: str) -> list[Hit]:
    """Content, records, campaigns and accounts for the text, in one statement; an id finds the thing itself."""
    text = " ".join(text.replace("\x00", "").split())[:LONGEST]
    if len(text) < 2:
        return []
    parts = [part.limit(EACH).subquery() for part in _parts(text, _key(text))]
    both = sa.union_all(*(sa.select(part) for part in parts))
    return [Hit(*row) for row in db.session.execute(both)]


def _parts(text: str, key: uuid.UUID | None) -> list[sa.Select[Any]]:
    item, record, campaign, account = ContentItem, PublishRecord, Campaign, Account
    job = PublishJob
    blamed = account.meta["check"]["field"].astext.in_(labels.ADDRESS_FIELDS)
    shown = sa.case((sa.and_(account.status == "invalid", blamed), "bad_address"), else_=account.status)

    def like(column: Any) -> sa.ColumnElement[bool]:
        return contains([column], text)

    def row(
        kind: str, table: Any, title: Any, beside: Any, where: sa.ColumnElement[bool], status: Any = None
    ) -> sa.Select[Any]:
        found = sa.select(
            sa.literal(kind).label("kind"),
            table.id,
            title.label("title"),
            (table.status if status is None else status).label("status"),
            beside.label("beside"),
        )
        return found.where(where)

    found = _items(text)
    of_found = sa.select(record.id).join(job, job.id == record.job_id).where(job.content_id.in_(found))

    def one_of(table: Any, ids: Any) -> sa.ColumnElement[bool]:
        """One of these, or the thing with the id itself; as one set, which an index answers."""
        it: sa.ColumnElement[bool] = table.id.in_(
            sa.union_all(ids, sa.select(sa.literal(key, sa.Uuid))) if key else ids
        )
        return it

    records = (
        row("record", record, item.title, record.platform, one_of(record, of_found))
        .join(job, job.id == record.job_id)
        .join(item, item.id == job.content_id)
    )
    return [
        row("content", item, item.title, item.content_type, one_of(item, found)).where(item.deleted_at.is_(None)).order_by(item.updated_at.desc()),
        records.order_by(record.due_at.desc()),
        row("campaign", campaign, campaign.name, sa.literal(""), sa.or_(like(campaign.name), campaign.id == key))
        .where(campaign.deleted_at.is_(None)).order_by(campaign.updated_at.desc()),
        row("account", account, account.account_name, account.platform, sa.or_(like(account.account_name), like(account.platform), account.id == key), shown)
        .where(account.deleted_at.is_(None)).order_by(account.account_name),
    ]  # fmt: skip


def _items(text: str) -> sa.CompoundSelect[Any]:
    """Ids of items: the first of the newest that hold the text anywhere in the title or its words anywhere, and some that the
    word index knows. So a common word finds the newest, a rare one finds what there is, and neither reads every item."""
    item = sa.orm.aliased(ContentItem)
    columns = sa.select(item.id, item.title, item.search).where(item.deleted_at.is_(None))
    newest = columns.order_by(item.updated_at.desc(), item.id.desc()).limit(NEWEST).cte("newest")
    there = sa.or_(contains([newest.c.title], text), clause(newest.c.search, text))
    met = sa.select(newest.c.id).where(there).limit(ENOUGH).cte("met")
    few = sa.select(sa.func.count()).select_from(met).scalar_subquery() < ENOUGH
    there = selective(item.search, text, newest, COMMON)
    indexed = sa.select(item.id).where(there, few).limit(INDEXED).subquery()
    return sa.union_all(sa.select(met.c.id), sa.select(indexed.c.id))


def _key(text: str) -> uuid.UUID | None:
    bare = re.sub(r"^(job_|rec_)|-", "", text.lower())
    return uuid.UUID(bare) if re.fullmatch(r"[0-9a-f]{32}", bare) else None
