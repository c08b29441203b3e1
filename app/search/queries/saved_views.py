"""Saved views of a list: one's own first, then what others share."""

from __future__ import annotations

import uuid
from typing import NamedTuple

import sqlalchemy as sa

from app.core.db import db
from app.search.models import SavedView
from app.staff.models import User

MOST = 40


class ViewRow(NamedTuple):
    """A view in the bar of its list; `owner`: the full name."""

    id: uuid.UUID
    name: str
    query: str
    is_shared: bool
    is_mine: bool
    owner: str


def views_of(page: str, reader: uuid.UUID) -> list[ViewRow]:
    """The views of a list page that this person sees, by name."""
    mine = (SavedView.user_id == reader).label("is_mine")
    statement = (
        sa.select(
            SavedView.id, SavedView.name, SavedView.query, SavedView.is_shared, mine, User.full_name.label("owner")
        )
        .join(User, User.id == SavedView.user_id)
        .where(
            SavedView.page == page,
            SavedView.deleted_at.is_(None),
            sa.or_(SavedView.user_id == reader, SavedView.is_shared),
        )
    )
    rows = db.session.execute(statement.order_by(mine.desc(), sa.func.lower(SavedView.name)).limit(MOST))
    return [ViewRow(*row) for row in rows]


def all_of(owner: uuid.UUID) -> list[SavedView]:
    """Everything one has saved, by list and name: the page where they are renamed and deleted."""
    statement = sa.select(SavedView).where(SavedView.user_id == owner, SavedView.deleted_at.is_(None))
    return list(db.session.scalars(statement.order_by(SavedView.page, sa.func.lower(SavedView.name))))
