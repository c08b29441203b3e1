"""Who is on the staff and what they may do."""

from __future__ import annotations

import re

import sqlalchemy as sa

from app.audit import actions as audit
from app.core.actor import current
from app.core.db import app_now, db
from app.core.locks import advisory
from app.lib import clock
from app.lib.email_address import EXAMPLE, normalize
from app.lib.errors import Conflict, Invalid
from app.lib.roles import ROLES
from app.staff import passwords
from app.staff.actions import guards
from app.staff.actions.sign_in import address_key
from app.staff.models import User, UserSession
from app.staff.queries.people import by_email, is_last_admin

LAST_ADMIN = "This is the last active admin. Make somebody else an admin first."


def create_staff(
    email: str,
    full_name: str,
    role: str = "viewer",
    password: str | None = None,
    username: str | None = None,
    timezone: str | None = None,
) -> User:
    """Add a member. Raises Invalid for an address in use or no address, a bad name, an unknown role, a password that
    would be refused from anybody (passwords.complaint).

    Without a password nobody can sign in until a password link is used.
    """
    email, full_name = normalize_email(email), normalize_name(full_name)
    if role not in ROLES:
        raise Invalid({"role": f"Choose one of {', '.join(ROLES)}."})
    if by_email(email) is not None:
        raise Invalid({"email": "Somebody with this address is on the staff already."})
    if password is not None and (wrong := passwords.complaint(password, email, full_name)):
        raise Invalid({"password": wrong})
    user = User(
        email=email, full_name=full_name, role=role, username=_free_username(username or email.partition("@")[0]),
        password_hash=passwords.hash_password(password) if password else None,
        password_changed_at=clock.now() if password else None, preferences={"timezone": timezone} if timezone else {},
    )  # fmt: skip
    db.session.add(user)
    db.session.flush()
    audit.record("staff.create_staff", user, email=[None, email], role=[None, role])
    return user


def change_role(user: User, role: str) -> User:
    """Give another role. Raises Invalid for an unknown one, Conflict for the last admin."""
    if role not in ROLES:
        raise Invalid({"role": f"Choose one of {', '.join(ROLES)}."})
    _lock_staff(user)
    if role == user.role:
        return user
    if is_last_admin(user):
        raise Conflict(LAST_ADMIN)
    old, user.role = user.role, role
    audit.record("staff.change_role", user, severity="warning" if "admin" in (old, role) else "info", role=[old, role])
    return user


def rename(user: User, full_name: str) -> User:
    """Change the name that others see."""
    old, user.full_name = user.full_name, normalize_name(full_name)
    if old != user.full_name:
        audit.record("staff.rename", user, full_name=[old, user.full_name])
    return user


def suspend(user: User) -> User:
    """Nobody signs in as them any more, and every session ends at once. Raises Conflict for oneself and the last admin."""
    _lock_staff(user)
    if user.id == current().person_id:
        raise Conflict("You cannot suspend yourself. Ask another admin.")
    if is_last_admin(user):
        raise Conflict(LAST_ADMIN)
    if not user.is_active:
        return user
    user.is_active = False
    mine = sa.and_(UserSession.user_id == user.id, UserSession.revoked_at.is_(None))
    update = sa.update(UserSession).where(mine).values(revoked_at=app_now())
    ended = db.session.execute(update).rowcount  # type: ignore[attr-defined]  # an UPDATE has it
    audit.record(
        "staff.suspend", user, severity="warning", note=f"{ended} open sessions ended", is_active=[True, False]
    )
    return user


def reactivate(user: User) -> User:
    """They may sign in again; old sessions stay ended."""
    _lock_staff(user)
    if not user.is_active:
        user.is_active = True
        audit.record("staff.reactivate", user, is_active=[False, True])
    return user


def unlock(user: User) -> User:
    """End the pause after too many failed sign-ins."""
    guards.forget(address_key(user.email), f"person:{user.id}", f"code:{user.id}")
    if user.locked_until is not None or user.failed_sign_ins:
        user.locked_until, user.failed_sign_ins = None, 0
        audit.record("staff.unlock", user)
    return user


def normalize_email(email: str) -> str:
    """The address in its usual form. Raises Invalid."""
    try:
        return normalize(email)
    except ValueError:
        raise Invalid({"email": f"Enter an e-mail address, like {EXAMPLE}."}) from None


def normalize_name(full_name: str) -> str:
    """The name without doubled spaces and control characters. Raises Invalid."""
    name = " ".join("".join(c if c.isprintable() else " " for c in full_name).split())
    if not name:
        raise Invalid({"full_name": "Enter a name: it stands beside everything this person does."})
    if len(name) > 100:
        raise Invalid({"full_name": "Use at most 100 characters."})
    return name


def _lock_staff(user: User) -> None:
    """Two admins who demote each other in the same second: the second one sees what the first one did."""
    advisory("staff.staff")
    db.session.refresh(user)


def _free_username(wanted: str) -> str:
    base = re.sub(r"[^a-z0-9._-]+", "-", wanted.lower()).strip("-.")[:60] or "staff"
    advisory("staff.staff")
    taken = set(
        db.session.scalars(
            sa.select(sa.func.lower(User.username)).where(
                sa.func.lower(User.username).startswith(base, autoescape=True)
            )
        )
    )
    return next(name for name in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)
