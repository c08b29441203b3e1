"""Letters to a person about their own door: what they did not do themselves they learn of (ASVS 5.0 6.3.7)."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app.core.db import app_now, db
from app.core.queue import enqueue
from app.staff.models import AccountLetter, User

KEPT = timedelta(days=30)


def write_letter(user: User, kind: str) -> None:
    """Mail it where the desk sends mail; `kind` is one of `app.staff.mail.LETTERS`."""
    db.session.add(AccountLetter(user_id=user.id, kind=kind))
    enqueue("staff.mail_links")


def forget_letters() -> int:
    """Those of a month ago."""
    return db.session.execute(sa.delete(AccountLetter).where(AccountLetter.created_at < app_now() - KEPT)).rowcount
