"""The second factor of a person: set up, confirmed, used, renewed, taken away."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from app.audit import actions as audit
from app.core import crypto
from app.core.db import db
from app.lib import clock
from app.lib.errors import Conflict, Invalid
from app.staff import authenticator
from app.staff.actions.account_mail import queue_account_mail
from app.staff.actions.sessions import revoke_others
from app.staff.models import RecoveryCode, User, UserSession
from app.staff.queries.people import by_id

ON = "A second factor is set up already. Remove it first, then set up another. Recovery codes not seen? Make new ones there."


def start_factor(user_id: uuid.UUID) -> None:
    """A secret for a new authenticator; it counts for nothing until a first code was right. Raises Conflict when one is on."""
    user = _lock(user_id)
    if user.totp_since is not None:
        raise Conflict(ON)
    user.totp_secret, user.totp_step = _seal(user, authenticator.new_secret()), None
    audit.record("staff.factor_start", user)


def confirm_factor(user_id: uuid.UUID, code: str, keep_session: uuid.UUID) -> list[str]:
    """The first right code puts it in force; all other sessions end. Returns the recovery codes, which are nowhere else.
    Raises Invalid for a wrong code, Conflict when it was set up meanwhile."""
    user = _lock(user_id)
    if user.totp_since is not None or user.totp_secret is None:
        raise Conflict(ON if user.totp_since else "Start again: there is nothing to confirm.")
    step = authenticator.matching_step(unseal_secret(user), code, clock.now(), None)
    if step is None:
        raise Invalid(
            {"code": "This is not the code that the authenticator shows now. Is the clock of your phone right?"}
        )
    user.totp_since, user.totp_step = clock.now(), step
    audit.record("staff.factor_on", user, severity="warning")
    queue_account_mail(user, "factor_on")
    revoke_others(user.id, keep_session)
    return _new_codes(user)


def renew_codes(user_id: uuid.UUID) -> list[str]:
    """Ten new recovery codes; the old ones work no more. Raises Conflict without a second factor."""
    user = _lock(user_id)
    if user.totp_since is None:
        raise Conflict("There is no second factor that recovery codes could stand in for.")
    audit.record("staff.codes_renewed", user, severity="warning")
    queue_account_mail(user, "codes_renewed")
    return _new_codes(user)


def remove_factor(user_id: uuid.UUID, keep_session: uuid.UUID) -> User:
    """One's own is asked for no more; all other sessions end, known devices and links are void."""
    return _remove_factor(user_id, "factor_off", keep_session)


def reset_factor(user_id: uuid.UUID) -> User:
    """By an admin, for somebody who lost theirs; all their sessions end, known devices and links are void."""
    return _remove_factor(user_id, "factor_reset", None)


def _remove_factor(user_id: uuid.UUID, kind: str, keep_session: uuid.UUID | None) -> User:
    user = _lock(user_id)
    if user.totp_secret is None:
        return user
    was_on = user.totp_since is not None
    user.totp_secret = user.totp_since = user.totp_step = None
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    if not was_on:
        audit.record("staff.factor_dropped", user)
    else:
        audit.record(f"staff.{kind}", user, severity="warning")
        queue_account_mail(user, kind)
        revoke_others(user.id, keep_session)
    return user


def use_code(user_id: uuid.UUID, typed: str) -> str | None:
    """How the code was right: "an authenticator" or "a recovery code". None when it was wrong or used before."""
    user = _lock(user_id)
    if user.totp_since is None:
        return None
    step = authenticator.matching_step(unseal_secret(user), typed, clock.now(), user.totp_step)
    if step is not None:
        user.totp_step = step
        return "an authenticator"
    code = authenticator.normalize_recovery_code(typed)
    unused = sa.and_(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    found = code and db.session.scalar(
        sa.select(RecoveryCode).where(unused, RecoveryCode.code_hash == _hash(code)).with_for_update()
    )
    if not found:
        return None
    found.used_at = clock.now()
    audit.record("staff.recovery_used", user, severity="warning")
    queue_account_mail(user, "recovery_used")
    return "a recovery code"


def record_half_way(user: User) -> None:
    """The password was right; a code is wanted still."""
    audit.record("staff.half_way", user)


def confirm_by_code(user_id: uuid.UUID, session_id: uuid.UUID, typed: str) -> bool:
    """Whether a code shows that it is them."""
    if use_code(user_id, typed) is None:
        return False
    confirm_session(session_id)
    return True


def confirm_session(session_id: uuid.UUID) -> None:
    """The person has just shown that it is them."""
    mine = sa.update(UserSession).where(UserSession.id == session_id, UserSession.revoked_at.is_(None))
    owner = db.session.scalar(mine.values(confirmed_at=clock.now()).returning(UserSession.user_id))
    if owner is not None:
        audit.record("staff.confirm", by_id(owner))


def reseal_factors(newest: str) -> int:
    """Seal every secret under the newest key: for `flask keys rotate`. Raises `crypto.Unsealable`."""
    count = 0
    for user in db.session.scalars(sa.select(User).where(User.totp_secret.is_not(None)).with_for_update()):
        if crypto.key_id(str(user.totp_secret)) != newest:
            user.totp_secret, count = crypto.reseal(str(user.totp_secret), context=_context(user)), count + 1
            audit.record("staff.factor_sealed", user)
    return count


def unseal_secret(user: User) -> str:
    """The secret that the authenticator holds."""
    return crypto.unseal(str(user.totp_secret), context=_context(user))


def _new_codes(user: User) -> list[str]:
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = authenticator.new_recovery_codes()
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash(code)) for code in codes)
    return codes


def _lock(user_id: uuid.UUID) -> User:
    user = by_id(user_id)
    db.session.refresh(user, with_for_update=True)
    return user


def _seal(user: User, secret: str) -> str:
    return crypto.seal(secret, context=_context(user))


def _context(user: User) -> str:
    return f"users:{user.id}:totp_secret"


def _hash(code: str) -> str:
    return crypto.keyed_hash(code, "recovery-code")
