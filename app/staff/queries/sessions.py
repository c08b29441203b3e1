"""From a session's token to the person, and the sessions of one person."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from app.core import settings
from app.core.crypto import digest
from app.core.db import app_now, db
from app.lib.roles import ROLES
from app.staff.models import User, UserSession
from app.staff.person import Person, Preferences


def _is_open() -> sa.ColumnElement[bool]:
    idle = timedelta(minutes=settings.get("staff.idle_minutes"))
    return sa.and_(
        UserSession.revoked_at.is_(None),
        UserSession.expires_at > app_now(),
        UserSession.last_activity_at > app_now() - idle,
    )


_COLUMNS = (
    User.id, User.email, User.username, User.full_name, User.role, User.preferences, User.credentials_epoch, User.totp_since,
    UserSession.id.label("session_id"), UserSession.last_activity_at, UserSession.confirmed_at,
)  # fmt: skip


def load_person(token: str) -> Person | None:
    """Who holds this token, if the session is open and the person active. One statement a request."""
    if not isinstance(token, str) or not 20 <= len(token) <= 100:
        return None
    joined = sa.select(*_COLUMNS).join(UserSession, UserSession.user_id == User.id)
    row = db.session.execute(joined.where(UserSession.token_hash == digest(token), User.is_active, _is_open())).first()
    if row is None:
        return None
    return Person(
        id=row.id, email=row.email, username=row.username, full_name=row.full_name, role=row.role if row.role in ROLES else "viewer",
        session_id=row.session_id, seen_at=row.last_activity_at, token=token, credentials_epoch=row.credentials_epoch, confirmed_at=row.confirmed_at,
        needs_factor=row.totp_since is None and must_have_factor(row.role), preferences=Preferences.of(row.preferences),
    )  # fmt: skip


def must_have_factor(role: str) -> bool:
    """Whether the desk asks this role for a second factor."""
    asked = settings.get("staff.second_factor")
    return bool(asked == "everybody" or (asked == "admins" and role == "admin"))


def open_sessions(user_id: uuid.UUID) -> Sequence[UserSession]:
    """The browsers in which a person is signed in, the one used last first."""
    found = sa.select(UserSession).where(UserSession.user_id == user_id, _is_open())
    return db.session.scalars(found.order_by(UserSession.last_activity_at.desc()).limit(100)).all()
