"""Setting passwords. Hashes come in ready: hashing takes longer than a transaction should."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta

import sqlalchemy as sa

from app.accounts.actions.sessions import revoke_others
from app.accounts.links import token_of
from app.accounts.models import PasswordReset, User
from app.accounts.queries.links import RESET, reset_by_token
from app.accounts.queries.people import by_id
from app.audit.actions import record
from app.audit.words import say
from app.core import config
from app.core.db import app_now, db
from app.core.queue import ring
from app.ground import clock
from app.ground.errors import Conflict

say("accounts.set_password", "Password changed", "lock")
say("accounts.make_reset", "Password link made", "link")
say("accounts.use_reset", "New password set with a link", "lock")


def set_password(user_id: uuid.UUID, hashed: str, keep_session: uuid.UUID | None) -> User:
    """Put the new hash in place and end all other sessions."""
    user = by_id(user_id)
    user.password_hash, user.password_changed_at = hashed, clock.now()
    record("accounts.set_password", user)
    revoke_others(user.id, keep_session)
    return user


def make_reset(user: User, by: uuid.UUID | None) -> str:
    """The token of a new password link; an older link of the same person stops working. Raises Conflict when suspended."""
    if not user.is_active:
        raise Conflict(f"{user.full_name} is suspended. Reactivate the account first.")
    hours = timedelta(hours=config.get("accounts.reset_hours"))
    _close_older(user.id)
    row = PasswordReset(user_id=user.id, nonce=secrets.token_hex(8), created_by=by, expires_at=clock.now() + hours)
    db.session.add(row)
    db.session.flush()
    record("accounts.make_reset", user, severity="warning")
    ring("accounts.mail_links")
    return token_of(row, RESET)


def use_reset(token: str, hashed: str) -> User:
    """Set the password with a link, end every session. Raises NotFound when the link does not work (any more)."""
    row = reset_by_token(token, lock=True)
    row.used_at = clock.now()
    user = by_id(row.user_id)
    user.password_hash, user.password_changed_at = hashed, clock.now()
    record("accounts.use_reset", user)
    revoke_others(user.id, None)
    return user


def _close_older(user_id: uuid.UUID) -> None:
    """One open link a person: the older one stops working, expired or not."""
    mine = sa.and_(
        PasswordReset.user_id == user_id, PasswordReset.used_at.is_(None), PasswordReset.revoked_at.is_(None)
    )
    db.session.execute(sa.update(PasswordReset).where(mine).values(revoked_at=app_now()))
