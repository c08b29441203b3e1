"""Items by their words: rare words by the index, common ones are met soon enough on the way down a list.

The index knows no order: for a common word it hands out every row before the newest is known. So the first `RARE` rows are
asked for. When that is all, they are the answer; when there are more, a list walks through its rows instead.
"""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa

from app.content.models import ContentItem
from app.content.search import clause
from app.core.db import db

RARE = 500
NEWEST = 500
COMMON = 25
"""A word that so many of the `NEWEST` items hold is common: the index is not even asked."""


def rare(query: str) -> list[uuid.UUID] | None:
    """Ids of all items with these words; None when there are more than `RARE`. One statement, once a request."""
    kept: dict[str, list[uuid.UUID] | None] = db.session().info.setdefault("searched", {})
    if query not in kept:
        found = list(db.session.scalars(_statement(query)))
        kept[query] = None if None in found or len(found) > RARE else found
    return kept[query]


def _statement(query: str) -> sa.CompoundSelect[Any]:
    """The first rows of the index, or one NULL in their place."""
    item = ContentItem
    newest = sa.select(item.search).where(item.deleted_at.is_(None)).order_by(item.updated_at.desc(), item.id.desc())
    lately = newest.limit(NEWEST).subquery()
    met = sa.select(sa.func.count().label("n")).select_from(lately).where(clause(lately.c.search, query)).cte("met")
    is_common = sa.select(met.c.n).scalar_subquery() >= COMMON
    indexed = sa.select(item.id).where(clause(item.search, query), ~is_common).limit(RARE + 1).subquery()
    return sa.union_all(sa.select(sa.cast(sa.null(), sa.Uuid)).where(is_common), sa.select(indexed.c.id))
