"""How calls to an account go: used, worked, failed; the breaker. Cheap, because every delivery ends here."""

from __future__ import annotations

import uuid
from datetime import timedelta

import sqlalchemy as sa

from app.accounts import breaker, queries
from app.accounts.models import Account
from app.audit import actions as audit
from app.core import settings
from app.core.db import app_now, db
from app.core.queue import enqueue

TOUCH = timedelta(minutes=1)
"""`last_used_at` moves at most this often: a busy account's row is not rewritten by every post."""


def note_success(account_id: uuid.UUID | str) -> None:
    """A call was answered as it should: the streak ends, the breaker closes, the account was used."""
    statement = (
        sa.update(Account)
        .where(
            Account.id == uuid.UUID(str(account_id)),
            sa.or_(
                Account.failure_streak > 0,
                Account.breaker_open_until.is_not(None),
                Account.last_used_at.is_(None),
                Account.last_used_at < app_now() - TOUCH,
            ),
        )
        .values(failure_streak=0, breaker_open_until=None, last_used_at=app_now())
    )
    db.session.execute(statement, execution_options={"synchronize_session": False})


def note_failure(account_id: uuid.UUID | str, error_type: str | None) -> bool:
    """A call failed. True when this failure opened the breaker (or the one try of an open breaker failed)."""
    if not breaker.counts(error_type):
        return False
    limit = settings.get("accounts.breaker_after")
    rest = timedelta(minutes=settings.get("accounts.breaker_minutes"))
    streak = Account.failure_streak + 1
    until = sa.case((streak >= limit, app_now() + rest), else_=Account.breaker_open_until)
    statement = (
        sa.update(Account)
        .where(Account.id == uuid.UUID(str(account_id)))
        .values(failure_streak=streak, breaker_open_until=until, last_used_at=app_now())
        .returning(Account.failure_streak, Account.breaker_open_until)
    )
    row = db.session.execute(statement, execution_options={"synchronize_session": False}).first()
    if row is None or row.failure_streak < limit:
        return False
    if row.failure_streak == limit:
        _record_breaker_open(account_id, row.failure_streak, error_type or "")
    return True


def check_soon(account_id: uuid.UUID | str, every: timedelta) -> None:
    """What we hold of the account may be outdated: it is checked, unless it was, or was to be, within `every`."""
    asked = sa.cast(Account.meta["asked"].astext, sa.DateTime(timezone=True))
    last = sa.func.greatest(asked, queries.CHECK_AT, Account.last_verified_at)
    mark = sa.func.jsonb_build_object("asked", app_now())
    statement = (
        sa.update(Account)
        .where(Account.id == uuid.UUID(str(account_id)), sa.or_(last.is_(None), last < app_now() - every))
        .values(meta=Account.meta.op("||")(mark))
        .returning(Account.id)
    )
    if db.session.execute(statement, execution_options={"synchronize_session": False}).first() is not None:
        enqueue("accounts.verify", str(account_id))


def _record_breaker_open(account_id: uuid.UUID | str, streak: int, error_type: str) -> None:
    account = db.session.get(Account, uuid.UUID(str(account_id)))
    audit.record(
        "accounts.breaker_open", account, severity="warning", success=False, error=error_type,
        note=f"{streak} failures in a row; one post tries again after the pause.",
    )  # fmt: skip
