"""One person's notices."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from app.core.listing import Choice, Listing, Walk, contains
from app.core.notices import choices
from app.notifications.models import Notification


def _read(value: str) -> sa.ColumnElement[bool]:
    return Notification.read_at.is_(None) if value == "unread" else Notification.read_at.is_not(None)


def listing(user_id: uuid.UUID) -> Listing:
    """All notices of a person, newest first."""
    return Listing(
        select=sa.select(Notification).where(Notification.user_id == user_id),
        search=lambda text: Walk(contains([Notification.title, Notification.body], text)),
        filters={
            "read": Choice(_read, (("unread", "Unread"), ("read", "Read")), "State"),
            "kind": Choice(Notification.kind, choices(), "Kind"),
        },
        sorts={"at": Notification.created_at},
        default="-at",
        tiebreak=Notification.id,
    )
