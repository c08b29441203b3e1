"""Getting in and changing passwords: count → hash without a transaction → transaction. The one place that hashes for the web.

1. count the try on its own connection (kept whatever follows)
2. verify the password, with no transaction open; the same work for unknown addresses
3. open the session, or record the failure
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from app.core.db import db
from app.core.transactions import autonomous, transaction
from app.lib.errors import Invalid
from app.staff import actions, mail, passwords
from app.staff.actions.sign_in import Attempt, pause_end
from app.staff.models import User
from app.staff.person import Caller
from app.staff.queries.links import invite_by_token, reset_by_token
from app.staff.queries.people import by_id

WAIT = "Too many wrong tries. Wait until {:%H:%M} UTC, or ask an admin for a password link."


class Refusal(Exception):
    """Why somebody was not let in: wrong, paused (`by` address, device or network), suspended or lapsed.

    `until` when paused, by this try too; `left`: tries before the pause.
    """

    def __init__(self, kind: str, by: str = "address", until: datetime | None = None, left: int = 0) -> None:
        super().__init__(kind)
        self.kind, self.by, self.until, self.left = kind, by, until, left


@dataclass(frozen=True, slots=True)
class SignInResult:
    """How far somebody got. `token`: of the new session; None while a code is still wanted of `user_id`, as they were at
    `credentials_epoch`. `how`: what they came in with so far."""

    token: str | None = field(default=None, repr=False)
    user_id: uuid.UUID | None = None
    credentials_epoch: int = 0
    how: str = ""


def sign_in(email: str, password: str, caller: Caller) -> SignInResult:
    """Verify address and password. Raises Refusal."""
    this = autonomous(actions.begin_sign_in, email, caller.ip, caller.device)
    if this.until is not None:
        raise Refusal("paused", this.by, until=this.until)
    if not passwords.verify(this.password_hash, password):
        autonomous(actions.fail_attempt, this, "wrong password")
        raise Refusal("wrong", this.by, until=pause_end(this), left=this.tries_left)
    better = passwords.hash_password(password) if passwords.is_outdated(str(this.password_hash)) else None
    entry = transaction(_open, this, better, caller)
    if entry is None:
        autonomous(actions.fail_attempt, this, "suspended")
        raise Refusal("suspended")
    return entry


def enter_code(user_id: uuid.UUID, credentials_epoch: int, how: str, typed: str, caller: Caller) -> str:
    """The token of a new session for whoever gave the password and now a code. Raises Refusal: wrong, paused or lapsed."""
    this = autonomous(actions.begin_code, user_id, caller.device)
    if this.until is not None:
        raise Refusal("paused", this.by, until=this.until)
    token = transaction(_by_code, this, credentials_epoch, how, typed, caller)
    if token is None:
        autonomous(actions.fail_attempt, this, "wrong code")
        raise Refusal("wrong", this.by, until=pause_end(this), left=this.tries_left)
    return token


def _by_code(this: Attempt, credentials_epoch: int, how: str, typed: str, caller: Caller) -> str | None:
    user = by_id(this.user_id)
    db.session.refresh(user, with_for_update=True)
    if not user.is_active or user.credentials_epoch != credentials_epoch:
        raise Refusal("lapsed")
    with_what = actions.use_code(user.id, typed)
    if with_what is None:
        return None
    actions.pass_attempt(this)
    return actions.open_session(user, caller, f"{how} and {with_what}")


def confirm_identity(user_id: uuid.UUID, session_id: uuid.UUID, typed: str) -> None:
    """The password or a code once more, before something that matters. Raises Invalid. Counted by the person."""
    this = autonomous(actions.begin_confirmation, user_id)
    if this.until is not None:
        raise Invalid({"confirm_secret": WAIT.format(this.until)})
    if not transaction(actions.confirm_by_code, user_id, session_id, typed):
        if not passwords.verify(this.password_hash, typed):
            autonomous(actions.fail_attempt, this, "not confirmed")
            raise Invalid({"confirm_secret": "This is neither your password nor a code that works. Try again."})
        transaction(actions.confirm_session, session_id)
    autonomous(actions.pass_attempt, this)


def _open(this: Attempt, better_hash: str | None, caller: Caller) -> SignInResult | None:
    user = by_id(this.user_id)
    db.session.refresh(user, with_for_update=True)
    if not user.is_active or user.password_hash != this.password_hash:
        return None
    if better_hash is not None:
        user.password_hash = better_hash
    actions.pass_attempt(this)
    return _sign_in_result(user, caller, "a password")


def change_password(user_id: uuid.UUID, session_id: uuid.UUID, old: str, new: str) -> None:
    """Change one's own password. Raises Invalid when the old one is wrong or the new one too weak. Counted by the person:
    what strangers try on the sign-in page does not stop it."""
    if old != new:
        _check(new, _identity(user_id))
    this = autonomous(actions.begin_confirmation, user_id)
    if this.until is not None:
        raise Invalid({"current": WAIT.format(this.until)})
    if not passwords.verify(this.password_hash, old):
        autonomous(actions.fail_attempt, this, "wrong current password")
        raise Invalid({"current": "This is not your current password."})
    autonomous(actions.pass_attempt, this)
    if old == new:
        raise Invalid({"new": "This is the password you have now. Choose another one."})
    transaction(actions.set_password, user_id, passwords.hash_password(new), session_id)


def accept_invite(token: str, full_name: str, password: str, timezone: str | None, caller: Caller) -> SignInResult:
    """Make the member and sign them in. Raises Invalid, NotFound."""
    _check(password, None, full_name, transaction(invite_by_token, token).email)
    hashed = passwords.hash_password(password)
    return transaction(
        _sign_in_after, lambda: actions.accept_invite(token, full_name, hashed, timezone), "an invitation", caller
    )


def use_reset(token: str, password: str, caller: Caller) -> SignInResult:
    """Set a new password with a link and sign in; a second factor is asked for all the same. Raises Invalid, NotFound."""
    _check(password, transaction(lambda: by_id(reset_by_token(token).user_id)))
    hashed = passwords.hash_password(password)
    return transaction(_sign_in_after, lambda: actions.use_reset(token, hashed), "a password link", caller)


def _sign_in_after(make: Callable[[], User], how: str, caller: Caller) -> SignInResult:
    user = make()
    if not user.is_active:
        raise Invalid("You are suspended. Ask an admin of this desk.")
    return _sign_in_result(user, caller, how)


def _sign_in_result(user: User, caller: Caller, how: str) -> SignInResult:
    """A session, or, where a second factor is set up, the way to it."""
    db.session.flush()  # the database may raise `credentials_epoch`
    if user.totp_since is not None:
        actions.record_half_way(user)
        return SignInResult(None, user.id, user.credentials_epoch, how)
    return SignInResult(actions.open_session(user, caller, how))


def _identity(user_id: uuid.UUID) -> User:
    return transaction(by_id, user_id)


def _check(password: str, user: User | None, *names: str) -> None:
    own = (user.email, user.full_name, user.username) if user else names
    if wrong := passwords.complaint(password, *own, mail.desk_name()):
        raise Invalid({"new": wrong})
