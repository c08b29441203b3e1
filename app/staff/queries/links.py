"""Invitations and password links, by their token or for the staff page."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa

from app.core.db import app_now, db
from app.lib import clock
from app.lib.errors import NotFound
from app.staff.links import matches, parse_row_id
from app.staff.models import PasswordReset, StaffInvite, User

INVITE, RESET = "staff-invite", "password-reset"
_ASK = "Ask an admin of this desk for a new one."


def invite_by_token(token: str, lock: bool = False) -> StaffInvite:
    """The open invitation of a link. Raises NotFound that says what to do when it is used, withdrawn, too old or forged."""
    key = parse_row_id(token)
    row = db.session.get(StaffInvite, key, with_for_update=lock or None) if key else None
    if row is None or not matches(row, token, INVITE):
        raise NotFound(f"This invitation link is not complete or was replaced. {_ASK}")
    if row.accepted_at is not None:
        raise NotFound("This invitation was accepted already. Sign in with the password that was set.")
    if row.revoked_at is not None:
        raise NotFound(f"This invitation was withdrawn. {_ASK}")
    if row.expires_at <= clock.now():
        raise NotFound(f"This invitation has expired. {_ASK}")
    return row


def reset_by_token(token: str, lock: bool = False) -> PasswordReset:
    """The open password link. Raises NotFound as above."""
    key = parse_row_id(token)
    row = db.session.get(PasswordReset, key, with_for_update=lock or None) if key else None
    if row is None or not matches(row, token, RESET) or row.revoked_at is not None:
        raise NotFound(f"This password link is not complete or was replaced. {_ASK}")
    if row.used_at is not None:
        raise NotFound(
            "This password link was used already. Sign in with the new password, or ask an admin for another link."
        )
    if row.expires_at <= clock.now():
        raise NotFound(f"This password link has expired. {_ASK}")
    user = db.session.get_one(User, row.user_id, with_for_update=lock or None)
    if row.credentials_epoch != user.credentials_epoch:
        raise NotFound(f"This password link is void: the account changed after the link was made. {_ASK}")
    return row


def open_invites() -> Sequence[StaffInvite]:
    """Invitations that nobody has accepted yet, expired ones too, newest first."""
    still_open = sa.and_(StaffInvite.accepted_at.is_(None), StaffInvite.revoked_at.is_(None))
    return db.session.scalars(
        sa.select(StaffInvite).where(still_open).order_by(StaffInvite.created_at.desc()).limit(200)
    ).all()


def open_reset(user_id: uuid.UUID) -> PasswordReset | None:
    """The password link of a person that still works."""
    mine = sa.and_(
        PasswordReset.user_id == user_id, PasswordReset.used_at.is_(None), PasswordReset.revoked_at.is_(None)
    )
    found = sa.select(PasswordReset).join(User, User.id == PasswordReset.user_id).where(mine, is_current())
    return db.session.scalar(found.where(PasswordReset.expires_at > app_now()))


def is_current() -> sa.ColumnElement[bool]:
    """The link was made for the person as they are: neither password, address nor state has changed since."""
    return PasswordReset.credentials_epoch == User.credentials_epoch
