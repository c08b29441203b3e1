"""Counting failed sign-ins, so that nobody can guess on and on.

A try is counted *before* the password is looked at and taken back when it was right: a hundred guesses at the same moment
get no further than five. Known and unknown addresses are counted alike, so a pause tells a stranger nothing.
Called through `work.aside`: a count is kept whatever becomes of the request.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import SignInGuard, User
from app.accounts.queries.people import by_email
from app.audit.actions import record
from app.audit.words import say
from app.core import config
from app.core.crypto import keyed_hash
from app.core.db import app_now, db
from app.ground import clock

say("accounts.sign_in_failed", "Sign-in failed", "lock")
say("accounts.locked_out", "Locked out after too many failed sign-ins", "lock")
say("accounts.address_paused", "Network address paused after too many failed sign-ins", "lock")


@dataclass(frozen=True, slots=True)
class Try:
    """What is known before the password is looked at. `until`: refused without looking. `left`: tries after this one;
    `pause`: how long the pause is that follows when none is left."""

    key: str
    until: datetime | None = None
    left: int = 0
    pause: timedelta = timedelta(0)
    by_ip: bool = False
    user_id: uuid.UUID | None = None
    password_hash: str | None = None


def address_key(email: str) -> str:
    """The guard of an address; the address itself is not kept (people type passwords into the wrong field)."""
    return "address:" + keyed_hash(email.strip().lower(), "sign-in")


def begin(email: str, ip: str | None) -> Try:
    """Count one try for the address and the IP, and say whether it may go on."""
    key = address_key(email)
    lock_for = timedelta(minutes=config.get("accounts.lock_minutes"))
    most = config.get("accounts.lock_failures")
    from_ip = _count(f"ip:{ip}", config.get("accounts.ip_failures"), _window()) if ip else (0, None)
    if from_ip[1] is not None:
        return Try(key, until=from_ip[1], by_ip=True)
    tries, until = _count(key, most, lock_for)
    if until is not None:
        return Try(key, until=until)
    user = by_email(email)
    password_hash = user.password_hash if user else None
    return Try(key, left=most - tries, pause=lock_for, user_id=user.id if user else None, password_hash=password_hash)


def failed(this: Try, why: str) -> None:
    """The password was wrong (or the person is suspended): it stays counted, and it is told in the audit."""
    user = db.session.get(User, this.user_id) if this.user_id else None
    about = user if user is not None else None
    record("accounts.sign_in_failed", about, severity="warning", success=False, error=why)
    if user is not None:
        user.failed_sign_ins += 1
    if this.left > 0:
        return
    guard = db.session.get(SignInGuard, this.key)
    if user is not None:
        user.locked_until = guard.locked_until if guard else None
    record(
        "accounts.locked_out",
        about,
        severity="warning",
        success=False,
        note=None if user else "No member has this address",
    )


def succeeded(key: str, ip: str | None) -> None:
    """The password was right: forget the failures of the address, take back this try of the IP."""
    db.session.execute(sa.delete(SignInGuard).where(SignInGuard.key == key))
    if ip:
        trimmed = sa.func.trim_array(SignInGuard.failed_at, 1)
        some = sa.func.cardinality(SignInGuard.failed_at) > 0
        db.session.execute(
            sa.update(SignInGuard)
            .where(SignInGuard.key == f"ip:{ip}", some)
            .values(failed_at=trimmed, locked_until=None)
        )


def forget_old() -> int:
    """Guards that have said nothing for a day."""
    old = SignInGuard.updated_at < app_now() - timedelta(days=1)
    return db.session.execute(sa.delete(SignInGuard).where(old)).rowcount


def _window() -> timedelta:
    return timedelta(minutes=config.get("accounts.lock_window_minutes"))


def _count(key: str, most: int, lock_for: timedelta) -> tuple[int, datetime | None]:
    """Count one more try under the row's lock: (tries in the window, None) or (0, paused until)."""
    now = clock.now()
    db.session.execute(insert(SignInGuard).values(key=key).on_conflict_do_nothing())
    guard = db.session.get_one(SignInGuard, key, with_for_update=True, populate_existing=True)
    if guard.locked_until is not None and guard.locked_until > now:
        return 0, guard.locked_until
    recent = [moment for moment in guard.failed_at if moment > now - _window() and guard.locked_until is None]
    guard.failed_at, guard.updated_at = [*recent, now], now
    # the last try before the pause may still be the right one; then the guard is forgotten
    guard.locked_until = now + lock_for if len(guard.failed_at) >= most else None
    return len(guard.failed_at), None
