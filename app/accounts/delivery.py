"""Getting in and changing passwords: count → hash without a transaction → step. The one place that hashes for the web.

1. count the try on its own connection (kept whatever follows)
2. look at the password, with no transaction open; the same work for unknown addresses
3. open the session, or tell of the failure
"""

from __future__ import annotations

import uuid
from datetime import datetime

from app.accounts import actions, passwords
from app.accounts.actions.sign_in import Try
from app.accounts.models import User
from app.accounts.queries.people import by_id
from app.core.actor import current
from app.core.db import db
from app.core.work import aside, step
from app.ground import clock
from app.ground.errors import Invalid


class Refusal(Exception):
    """Why somebody was not let in: wrong, paused, ip or suspended. `until` when paused, by this try too; `left`: tries before the pause."""

    def __init__(self, kind: str, until: datetime | None = None, left: int = 0) -> None:
        super().__init__(kind)
        self.kind, self.until, self.left = kind, until, left


def sign_in(email: str, password: str) -> str:
    """The token of a new session. Raises Refusal."""
    who = current()
    this = aside(actions.begin, email, who.ip)
    if this.until is not None:
        raise Refusal("ip" if this.by_ip else "paused", until=this.until)
    if not passwords.verify(this.password_hash, password):
        aside(actions.failed, this, "wrong password")
        raise Refusal("wrong", until=None if this.left > 0 else clock.now() + this.pause, left=this.left)
    token = step(
        _open, this, None if not passwords.is_outdated(str(this.password_hash)) else passwords.hash_password(password)
    )
    if token is None:
        aside(actions.failed, this, "suspended")
        raise Refusal("suspended")
    return token


def _open(this: Try, better_hash: str | None) -> str | None:
    user = by_id(this.user_id)
    db.session.refresh(user, with_for_update=True)
    if not user.is_active or user.password_hash != this.password_hash:
        return None
    if better_hash is not None:
        user.password_hash = better_hash
    who = current()
    actions.succeeded(this.key, who.ip)
    return actions.open_session(user, who.ip, who.user_agent)


def change_password(user_id: uuid.UUID, session_id: uuid.UUID, old: str, new: str) -> None:
    """Change one's own password. Raises Invalid when the old one is wrong or the new one too weak. Counted like sign-in."""
    user = _identity(user_id)
    _check(new, user)
    this = aside(actions.begin, user.email, None)
    if this.until is not None:
        raise Invalid({"current": "Too many wrong tries. Wait half an hour, or ask an admin for a password link."})
    if not passwords.verify(user.password_hash, old):
        aside(actions.failed, this, "wrong current password")
        raise Invalid({"current": "This is not your current password."})
    if old == new:
        aside(actions.succeeded, this.key, None)
        raise Invalid({"new": "This is the password you have now. Choose another one."})
    hashed = passwords.hash_password(new)
    aside(actions.succeeded, this.key, None)
    step(actions.set_password, user_id, hashed, session_id)


def accept_invite(token: str, full_name: str, password: str, timezone: str | None) -> str:
    """Make the member and sign them in. Raises Invalid, NotFound. Returns the session's token."""
    _check(password, None, full_name)
    hashed = passwords.hash_password(password)
    return step(_enter, lambda: actions.accept_invite(token, full_name, hashed, timezone), "an invitation")


def use_reset(token: str, password: str) -> str:
    """Set a new password with a link and sign in. Raises Invalid, NotFound. Returns the session's token."""
    _check(password, None)
    hashed = passwords.hash_password(password)
    return step(_enter, lambda: actions.use_reset(token, hashed), "a password link")


def _enter(make, how: str) -> str:  # type: ignore[no-untyped-def]
    user: User = make()
    if not user.is_active:
        raise Invalid("This account is suspended. Ask an admin of this desk.")
    who = current()
    return actions.open_session(user, who.ip, who.user_agent, how)


def _identity(user_id: uuid.UUID) -> User:
    return step(by_id, user_id)


def _check(password: str, user: User | None, name: str = "") -> None:
    words = (user.email, user.full_name, user.username) if user else (name,)
    if wrong := passwords.complaint(password, *words):
        raise Invalid({"new": wrong})
