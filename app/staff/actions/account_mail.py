"""Mails to a person about their own account: they learn of what they did not do themselves (ASVS 5.0 6.3.7)."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app.core.db import app_now, db
from app.core.queue import enqueue
from app.staff.models import AccountMail, User

KEEP_FOR = timedelta(days=30)


def queue_account_mail(user: User, kind: str) -> None:
    """Mail it where the desk sends mail; `kind` is one of `app.staff.mail.ACCOUNT_MAILS`."""
    db.session.add(AccountMail(user_id=user.id, kind=kind))
    enqueue("staff.mail_links")


def delete_old_account_mails() -> int:
    """Those of a month ago."""
    deleted: int = db.session.execute(
        sa.delete(AccountMail).where(AccountMail.created_at < app_now() - KEEP_FOR)
    ).rowcount  # type: ignore[attr-defined]  # a DELETE has it
    return deleted
