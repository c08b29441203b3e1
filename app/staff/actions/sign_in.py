"""Failed sign-ins: whose try it is, and what is recorded of it.

Three kinds of tries are counted apart, so that a stranger locks nobody out:
  a device that this person has signed in with   by the device alone; neither its network nor strangers' tries stop it
  any other browser                              by the address it names, and by its network (an IPv6 /64 counts as one)
  a person who is signed in (current password)   by the person
Known and unknown addresses are counted alike, so a pause tells a stranger nothing.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.audit import actions as audit
from app.core import settings
from app.core.crypto import keyed_hash
from app.core.db import db
from app.lib import clock
from app.lib.network import network
from app.staff.actions import guards
from app.staff.actions.guards import Count
from app.staff.known_devices import device_nonce
from app.staff.models import User
from app.staff.queries.people import by_email


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is known before the password is verified. `by`: device, address, network or person, whose count it is."""

    count: Count
    by: str = "address"
    network_key: str | None = None
    user_id: uuid.UUID | None = None
    password_hash: str | None = field(default=None, repr=False)

    @property
    def until(self) -> datetime | None:
        return self.count.until

    @property
    def tries_left(self) -> int:
        return self.count.left


def address_key(email: str) -> str:
    """The guard of an address; the address itself is not kept (people type passwords into the wrong field)."""
    return "address:" + keyed_hash(email.strip().lower(), "sign-in")


def begin_sign_in(email: str, ip: str | None, device: str | None = None) -> Attempt:
    """Count one try and say whether it may go on. `device`: the cookie of known devices."""
    user = by_email(email)
    nonce = device_nonce(device, user) if user is not None else None
    if user is not None and nonce is not None:
        return Attempt(_count(f"device:{nonce}"), "device", None, user.id, user.password_hash)
    near = network(ip)
    network_key = f"ip:{near}" if near else None
    if network_key:
        wait = timedelta(minutes=settings.get("staff.lock_window_minutes"))
        counted = guards.count(network_key, settings.get("staff.ip_failures"), wait, first=wait)
        if counted.until is not None:
            return Attempt(counted, "network")
    found = (user.id, user.password_hash) if user is not None else (None, None)
    return Attempt(_count(address_key(email)), "address", network_key, *found)


def begin_confirmation(user_id: uuid.UUID) -> Attempt:
    """Count one try of somebody who is signed in and shows that it is them."""
    user = db.session.get_one(User, user_id)
    return Attempt(_count(f"person:{user_id}"), "person", None, user.id, user.password_hash)


def begin_code(user_id: uuid.UUID, device: str | None) -> Attempt:
    """Count one code of somebody whose password was right: by a known device alone, or by the person on new ones."""
    user = db.session.get_one(User, user_id)
    nonce = device_nonce(device, user)
    key = f"code-device:{nonce}" if nonce else f"code:{user_id}"
    return Attempt(_count(key), "device" if nonce else "address", None, user.id)


def fail_attempt(this: Attempt, why: str) -> None:
    """It was wrong (or the person is suspended): it stays counted, and it is recorded in the audit."""
    user = db.session.get(User, this.user_id) if this.user_id else None
    audit.record("staff.sign_in_failed", user, severity="warning", success=False, error=why)
    _count_on_user(this)
    if this.tries_left > 0:
        return
    where = {"device": "On a device of theirs", "person": "While signed in"}.get(this.by, "On devices not used before")
    note = f"{where}, for {_minutes(this.count.pause)}" if user else "No member has this address"
    audit.record("staff.locked_out", user, severity="warning", success=False, note=note)


def _count_on_user(this: Attempt) -> None:
    """What the staff page shows. It never waits for somebody who is being let in at this moment."""
    free = sa.select(User.id).where(User.id == this.user_id).with_for_update(skip_locked=True)
    values: dict[str, Any] = {"failed_sign_ins": User.failed_sign_ins + 1}
    if this.tries_left <= 0 and this.by == "address":
        values["locked_until"] = pause_end(this)
    db.session.execute(sa.update(User).where(User.id.in_(free)).values(values))


def pass_attempt(this: Attempt) -> None:
    """It was right: forget the failures of the device, address or person; the network's other tries stay counted."""
    guards.forget(this.count.key)
    if this.network_key:
        guards.uncount(this.network_key)


def pause_end(this: Attempt) -> datetime | None:
    """Until when this try, the last one, pauses its count."""
    return clock.now() + this.count.pause if this.tries_left <= 0 else None


def _count(key: str) -> Count:
    longest = timedelta(minutes=settings.get("staff.lock_minutes"))
    return guards.count(key, settings.get("staff.lock_failures"), longest)


def _minutes(length: timedelta) -> str:
    number = max(1, round(length.total_seconds() / 60))
    return "1 minute" if number == 1 else f"{number} minutes"
