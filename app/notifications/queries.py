"""One person's notices."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from app.core.listing import Choice, Filter, Listing, Walk, contains
from app.core.notices import choices
from app.notifications.models import Notification


def _is_read(value: str) -> sa.ColumnElement[bool]:
    return Notification.read_at.is_(None) if value == "unread" else Notification.read_at.is_not(None)


def listing(reader: uuid.UUID) -> Listing:
    """All notices of a person, newest first."""
    filters: dict[str, Filter] = {
        "read": Choice(_is_read, (("unread", "Unread"), ("read", "Read")), "State"),
        "kind": Choice(Notification.kind, choices(), "Kind"),
    }
    return Listing(
        select=sa.select(Notification).where(Notification.user_id == reader),
        search=lambda text: Walk(contains([Notification.title, Notification.body], text)),
        filters=filters,
        sorts={"at": Notification.created_at},
        default="-at",
        tiebreak=Notification.id,
    )
