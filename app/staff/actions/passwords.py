"""Setting passwords. Hashes come in ready: hashing takes longer than a transaction should."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.audit import actions as audit
from app.core import settings
from app.core.actor import current
from app.core.db import app_now, db
from app.core.queue import enqueue
from app.lib import clock
from app.lib.errors import Conflict
from app.lib.network import network
from app.staff.actions import guards
from app.staff.actions.account_mail import queue_account_mail
from app.staff.actions.sessions import revoke_others
from app.staff.actions.sign_in import address_key
from app.staff.links import make_token
from app.staff.models import PasswordReset, User
from app.staff.queries.links import RESET, open_reset, reset_by_token
from app.staff.queries.people import by_email, by_id

ASKS, ASKS_NETWORK = 3, 20  # links mailed to one address, asked for by one network, before a pause
ASKS_PAUSE = timedelta(minutes=30)


def set_password(user_id: uuid.UUID, hashed: str, keep_session: uuid.UUID | None) -> User:
    """Put the new hash in place and end all other sessions."""
    user = by_id(user_id)
    user.password_hash, user.password_changed_at = hashed, clock.now()
    audit.record("staff.set_password", user)
    queue_account_mail(user, "password_changed")
    revoke_others(user.id, keep_session)
    return user


def make_reset(user: User) -> str:
    """The token of a new password link, made by an admin; an older link of the same person stops working. Raises Conflict when suspended."""
    if not user.is_active:
        raise Conflict(f"{user.full_name} is suspended. Reactivate the account first.")
    return _make_reset(user, current().person_id)


def _make_reset(user: User, created_by: uuid.UUID | None) -> str:
    """`created_by` is None where somebody asked on the sign-in page, signed in or not."""
    hours = timedelta(hours=settings.get("staff.reset_hours"))
    _close_older(user.id)
    row = PasswordReset(
        user_id=user.id, nonce=secrets.token_hex(8), created_by=created_by, credentials_epoch=user.credentials_epoch, expires_at=clock.now() + hours
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record("staff.make_reset", user, severity="warning")
    enqueue("staff.mail_links")
    return make_token(row, RESET)


def ask_for_link(email: str, ip: str | None) -> datetime | None:
    """Mail a password link to the address, if it is a member's; nobody learns whether it is. Returns until when it is
    refused, if it was asked for too often.

    A link that still works is mailed once more: a stranger who asks voids nothing.
    """
    near = network(ip)
    for key, most in ((f"asks:{address_key(email)}", ASKS), (f"asks-ip:{near}" if near else "", ASKS_NETWORK)):
        counted = guards.count(key, most + 1, ASKS_PAUSE, first=ASKS_PAUSE) if key else None
        if counted is not None and (counted.until is not None or counted.left == 0):
            return counted.until or clock.now() + ASKS_PAUSE
    user = by_email(email)
    if user is None or not user.is_active:
        return None
    row = open_reset(user.id)
    if row is None:
        _make_reset(user, None)
        return None
    row.mailed_at = row.mail_error = None
    audit.record("staff.ask_for_link", user, severity="warning")
    enqueue("staff.mail_links")
    return None


def use_reset(token: str, hashed: str) -> User:
    """Set the password with a link, end every session. Raises NotFound when the link does not work (any more)."""
    row = reset_by_token(token, lock=True)
    row.used_at = clock.now()
    user = by_id(row.user_id)
    user.password_hash, user.password_changed_at = hashed, clock.now()
    audit.record("staff.use_reset", user)
    queue_account_mail(user, "password_changed")
    revoke_others(user.id, None)
    return user


def _close_older(user_id: uuid.UUID) -> None:
    """One open link a person: the older one stops working, expired or not."""
    mine = sa.and_(
        PasswordReset.user_id == user_id, PasswordReset.used_at.is_(None), PasswordReset.revoked_at.is_(None)
    )
    db.session.execute(sa.update(PasswordReset).where(mine).values(revoked_at=app_now()))
