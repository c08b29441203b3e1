"""Items by their words or a planned platform: what is rare by an index, what is common is met soon enough on the way down a list.

Such an index knows no order: for a common word it hands out every row before the newest is known. So the first `RARE` rows are
asked for. When that is all, they are the answer; when there are more, a list walks through its rows instead.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.content.models import ContentItem
from app.content.search import clause, selective
from app.core.db import db

RARE = 500
NEWEST = 500
COMMON = 25
"""What so many of the `NEWEST` items hold is common: the index is not even asked."""

Condition = Callable[[Any], sa.ColumnElement[bool]]
"""A column → whether it is so in a row."""
IndexedCondition = Callable[[Any, sa.FromClause], sa.ColumnElement[bool]]
"""The same as the column's index is asked for it; the newest rows tell what is common."""


def rare_by_words(query: str) -> list[uuid.UUID] | None:
    """Ids of all items with these words; None when there are more than `RARE`. One statement, once a request."""
    known: dict[str, list[uuid.UUID] | None] = db.session().info.setdefault("searched", {})
    if query not in known:
        known[query] = _rare(
            ContentItem.search,
            lambda words: clause(words, query),
            lambda words, lately: selective(words, query, lately, COMMON),
        )
    return known[query]


def rare_by_platform(platform: str) -> list[uuid.UUID] | None:
    """Ids of all items that are planned for this platform; None when there are more than `RARE`. One statement."""

    def condition(planned: Any, _: object = None) -> sa.ColumnElement[bool]:
        holds: sa.ColumnElement[bool] = planned.contains([platform])
        return holds

    return _rare(ContentItem.planned_platforms, condition, condition)


def _rare(column: Any, condition: Condition, indexed: IndexedCondition) -> list[uuid.UUID] | None:
    """The first rows of the column's index for which it is so; None when too many of the newest are, or too many at all."""
    item = ContentItem
    newest = sa.select(column).where(item.deleted_at.is_(None)).order_by(item.updated_at.desc(), item.id.desc())
    lately = newest.limit(NEWEST).cte("lately")
    met = sa.select(sa.func.count().label("n")).select_from(lately).where(condition(lately.c[column.key])).cte("met")
    is_common = sa.select(met.c.n).scalar_subquery() >= COMMON
    rows = sa.select(item.id).where(indexed(column, lately), ~is_common).limit(RARE + 1).subquery()
    both = sa.union_all(sa.select(sa.cast(sa.null(), sa.Uuid)).where(is_common), sa.select(rows.c.id))
    ids = list(db.session.scalars(both))
    return None if None in ids or len(ids) > RARE else ids
