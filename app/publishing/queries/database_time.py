"""The database's time: a web server's clock may be wrong, and the moments in the rows must agree with each other."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from app.core.db import app_now, db


def now() -> datetime:
    """The time of this transaction's database, with its zone."""
    moment: datetime = db.session.execute(sa.select(app_now())).scalar_one()
    return moment
