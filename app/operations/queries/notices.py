"""One person's notices."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from app.core.listing import Choice, Listing, Walk, contains
from app.operations.models import Notice
from app.operations.words import KINDS


def _read(value: str) -> sa.ColumnElement[bool]:
    return Notice.read_at.is_(None) if value == "unread" else Notice.read_at.is_not(None)


def listing(user_id: uuid.UUID) -> Listing:
    """All notices of a person, newest first."""
    return Listing(
        select=sa.select(Notice).where(Notice.user_id == user_id),
        search=lambda text: Walk(contains([Notice.title, Notice.body], text)),
        filters={
            "read": Choice(_read, (("unread", "Unread"), ("read", "Read")), "State"),
            "kind": Choice(Notice.kind, [(key, kind.word) for key, kind in KINDS.items()], "Kind"),
        },
        sorts={"at": Notice.created_at},
        default="-at",
        tiebreak=Notice.id,
    )
