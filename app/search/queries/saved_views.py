"""Saved views of a list: one's own first, then what others share."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.search.models import SavedView
from app.staff.models import User

MOST = 40


def views_of(page: str, user_id: uuid.UUID) -> list[Any]:
    """Rows (id, name, query, is_shared, is_mine, owner) of a list page, by name."""
    mine = (SavedView.user_id == user_id).label("is_mine")
    statement = (
        sa.select(
            SavedView.id, SavedView.name, SavedView.query, SavedView.is_shared, mine, User.full_name.label("owner")
        )
        .join(User, User.id == SavedView.user_id)
        .where(
            SavedView.page == page,
            SavedView.deleted_at.is_(None),
            sa.or_(SavedView.user_id == user_id, SavedView.is_shared),
        )
    )
    return list(db.session.execute(statement.order_by(mine.desc(), sa.func.lower(SavedView.name)).limit(MOST)).all())


def all_of(user_id: uuid.UUID) -> list[SavedView]:
    """Everything one has saved, by list and name: the page where they are renamed and deleted."""
    statement = sa.select(SavedView).where(SavedView.user_id == user_id, SavedView.deleted_at.is_(None))
    return list(db.session.scalars(statement.order_by(SavedView.page, sa.func.lower(SavedView.name))))
