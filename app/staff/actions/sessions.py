"""Opening, touching and ending sessions."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from app.audit import actions as audit
from app.core import crypto, settings
from app.core.actor import acting, current
from app.core.db import app_now, db
from app.lib import clock
from app.lib.errors import NotFound
from app.staff.models import User, UserSession
from app.staff.person import Caller

TOUCH_EVERY = 60.0  # seconds


def open_session(user: User, caller: Caller, how: str = "a password") -> str:
    """A new session for `user`; returns its token, which is nowhere else. Always a new token (no session fixation)."""
    token = crypto.token()
    hours = timedelta(hours=settings.get("staff.session_hours"))
    session = UserSession(
        user_id=user.id, token_hash=crypto.digest(token), ip_address=caller.ip, user_agent=(caller.user_agent or "")[:400] or None,
        expires_at=clock.now() + hours, was_forwarded=caller.was_forwarded,
    )  # fmt: skip
    db.session.add(session)
    user.last_login_at, user.failed_sign_ins, user.locked_until = clock.now(), 0, None
    db.session.flush()
    me = replace(current(), id=str(user.id), name=user.full_name, role=user.role, session_id=str(session.id))
    with acting(me):  # until this moment the request was a visitor's
        audit.record("staff.sign_in", user, note=f"with {how}")
    return token


def end_session(session_id: uuid.UUID) -> None:
    """Sign out. Ended sessions stay as rows."""
    session = db.session.get(UserSession, session_id)
    if session is not None and session.revoked_at is None:
        session.revoked_at = clock.now()
        audit.record("staff.sign_out", ("users", session.user_id), label=current().name)


def revoke_session(session_id: uuid.UUID, owner_id: uuid.UUID) -> UserSession:
    """End one of one's own sessions. Raises NotFound for those of others; ending twice does no harm."""
    session = db.session.get(UserSession, session_id)
    if session is None or session.user_id != owner_id:
        raise NotFound("There is no such session. It may have ended already.")
    if session.revoked_at is None:
        session.revoked_at = clock.now()
        audit.record(
            "staff.revoke_session", ("users", owner_id), label=current().name, note=str(session.ip_address or "")
        )
    return session


def revoke_others(owner_id: uuid.UUID, keep: uuid.UUID | None, name: str = "") -> int:
    """End all sessions of a person but `keep`. `name`: theirs, where somebody else ends them. Returns how many."""
    others = sa.and_(
        UserSession.user_id == owner_id, UserSession.revoked_at.is_(None), UserSession.expires_at > app_now()
    )
    if keep is not None:
        others = sa.and_(others, UserSession.id != keep)
    update = sa.update(UserSession).where(others).values(revoked_at=app_now())
    ended: int = db.session.execute(update).rowcount  # type: ignore[attr-defined]  # an UPDATE has it
    if ended:
        audit.record("staff.revoke_others", ("users", owner_id), label=name or current().name, note=f"{ended} sessions")
    return ended


def touch(session_id: uuid.UUID) -> None:
    """The person is here. Two requests at once write once."""
    late = UserSession.last_activity_at < app_now() - timedelta(seconds=TOUCH_EVERY - 5)
    here = sa.update(UserSession).where(UserSession.id == session_id, UserSession.revoked_at.is_(None), late)
    db.session.execute(here.values(last_activity_at=app_now()))
