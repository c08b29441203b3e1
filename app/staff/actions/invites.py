"""Inviting people: by a link that an admin hands over, or the desk mails where SMTP_URL is set."""

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
from app.lib.errors import Invalid, NotFound, Overtaken
from app.lib.roles import ROLES
from app.staff.actions.staff import create_staff, normalize_email, normalize_name
from app.staff.links import make_token
from app.staff.models import StaffInvite, User
from app.staff.queries.links import INVITE, invite_by_token
from app.staff.queries.people import by_email


def invite(email: str, role: str, full_name: str | None) -> StaffInvite:
    """Offer a place. An open invitation of the same address is replaced, its link stops working. Raises Invalid."""
    email = normalize_email(email)
    if role not in ROLES:
        raise Invalid({"role": f"Choose one of {', '.join(ROLES)}."})
    if by_email(email) is not None:
        raise Invalid({"email": "Somebody with this address is on the staff already."})
    same = sa.and_(
        sa.func.lower(StaffInvite.email) == email.lower(),
        StaffInvite.accepted_at.is_(None),
        StaffInvite.revoked_at.is_(None),
    )
    db.session.execute(sa.update(StaffInvite).where(same).values(revoked_at=app_now()))
    row = StaffInvite(
        email=email, role=role, full_name=normalize_name(full_name) if full_name else None, invited_by=current().person_id, nonce=secrets.token_hex(8),
        expires_at=_expiry(),
    )  # fmt: skip
    db.session.add(row)
    audit.record("staff.invite", row, label=email, role=[None, role])
    enqueue("staff.mail_links")
    return row


def renew_invite(invite_id: uuid.UUID) -> StaffInvite:
    """A new link with a new term; the old link stops working."""
    row = _open(invite_id)
    row.nonce, row.expires_at = secrets.token_hex(8), _expiry()
    row.mailed_at = row.mail_error = None
    enqueue("staff.mail_links")
    audit.record("staff.renew_invite", row, label=row.email)
    return row


def withdraw_invite(invite_id: uuid.UUID) -> StaffInvite:
    """The link stops working."""
    row = _open(invite_id)
    row.revoked_at = clock.now()
    audit.record("staff.withdraw_invite", row, label=row.email)
    return row


def accept_invite(token: str, full_name: str, hashed: str, timezone: str | None = None) -> User:
    """Make the member. The link works once. Raises NotFound for a link that does not work, Invalid for the name."""
    row = invite_by_token(token, lock=True)
    user = create_staff(row.email, full_name, row.role, timezone=timezone)
    user.password_hash, user.password_changed_at = hashed, clock.now()
    row.accepted_at, row.user_id = clock.now(), user.id
    audit.record("staff.accept_invite", row, label=row.email)
    return user


def link_token(row: StaffInvite) -> str:
    """The token of an open invitation's link; admins may see it again until it is used."""
    return make_token(row, INVITE)


def _open(invite_id: uuid.UUID) -> StaffInvite:
    row = db.session.get(StaffInvite, invite_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such invitation.")
    if row.accepted_at is not None:
        raise Overtaken("This invitation was accepted meanwhile; the person is on the staff now.")
    if row.revoked_at is not None:
        raise Overtaken("This invitation was withdrawn meanwhile. Invite the person again.")
    return row


def _expiry() -> datetime:
    return clock.now() + timedelta(days=settings.get("staff.invite_days"))
