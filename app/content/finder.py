"""How content is found by the palette and the search page."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.content.models import ContentItem
from app.content.queries.rare_matches import COMMON, NEWEST
from app.content.search import clause, selective
from app.core.finder import Query, among, columns, declare_command, finder
from app.core.listing import contains

ENOUGH = 10
"""So many of the newest that fit, and the word index is not asked: twice what the palette shows."""
INDEXED = 50
"""So many items are taken from the word index, which knows no order, when fewer than `ENOUGH` of the newest fit."""

declare_command("content.new", "New content", "plus", place=10)


@finder("content", "Content", "file-text", "content.show", place=10)
def content(query: Query) -> sa.Select[Any]:
    """Items by their words or their id, the one changed last first."""
    item = ContentItem
    where = among(item.id, query.once(matching_items), query.key)
    return (
        columns(item, item.title, item.content_type)
        .where(where, item.deleted_at.is_(None))
        .order_by(item.updated_at.desc())
    )


def matching_items(text: str) -> sa.CompoundSelect[Any]:
    """Ids of items: the first of the newest that hold the text anywhere in the title or its words anywhere, and some that the
    word index knows. So a common word finds the newest, a rare one finds what there is, and neither reads every item."""
    item = sa.orm.aliased(ContentItem)
    every = sa.select(item.id, item.title, item.search).where(item.deleted_at.is_(None))
    newest = every.order_by(item.updated_at.desc(), item.id.desc()).limit(NEWEST).cte("newest")
    there = sa.or_(contains([newest.c.title], text), clause(newest.c.search, text))
    met = sa.select(newest.c.id).where(there).limit(ENOUGH).cte("met")
    few = sa.select(sa.func.count()).select_from(met).scalar_subquery() < ENOUGH
    there = selective(item.search, text, newest, COMMON)
    indexed = sa.select(item.id).where(there, few).limit(INDEXED).subquery()
    return sa.union_all(sa.select(met.c.id), sa.select(indexed.c.id))
