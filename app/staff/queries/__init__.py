"""Reads of the room: people, sessions, invitations and links."""

from __future__ import annotations

from app.staff.queries.links import invite_by_token, open_invites, open_reset, reset_by_token
from app.staff.queries.people import (
    STAFF,
    by_email,
    by_id,
    count_active_people,
    is_last_admin,
    names,
    staff,
    staff_choices,
)
from app.staff.queries.sessions import load_person, open_sessions

__all__ = [
    "STAFF", "by_email", "by_id", "count_active_people", "invite_by_token", "is_last_admin", "load_person", "names",
    "open_invites", "open_reset", "open_sessions", "reset_by_token", "staff", "staff_choices",
]  # fmt: skip
