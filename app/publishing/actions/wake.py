"""Waking the dispatcher: a NOTIFY that is sent when the transaction is committed."""

from __future__ import annotations

import sqlalchemy as sa

from app.core.db import db

CHANNEL = "publishing"


def wake() -> None:
    """Wake the dispatcher when this transaction is kept."""
    db.session.execute(sa.select(sa.func.pg_notify(CHANNEL, "")))
