"""`/healthz`: this process answers. `/readyz`: it can also work, or 503 with the reasons, within five seconds.

Neither looks up who asks: a browser that is signed in must get the answer, too, when the database is away.
"""

from __future__ import annotations

import contextlib

import sqlalchemy as sa
import sqlalchemy.exc
from flask import Flask, Response, current_app, jsonify

from app.core import broker
from app.core.db import db
from app.web.auth import without_person


@without_person
def healthz() -> Response:
    return jsonify(status="ok")


@without_person
def readyz() -> tuple[Response, int]:
    reasons = [reason for check in (_database, _redis) if (reason := check())]
    return jsonify(status="not ready" if reasons else "ready", reasons=reasons), 503 if reasons else 200


def _database() -> str | None:
    try:
        found = db.session.scalar(sa.text("select version_num from alembic_version"))
    except sqlalchemy.exc.SQLAlchemyError as error:
        with contextlib.suppress(sqlalchemy.exc.SQLAlchemyError):
            db.session.rollback()
        return f"database: {type(getattr(error, 'orig', error)).__name__}"
    newest = current_app.extensions["newest_migration"]()
    return None if found == newest else f"database: at migration {found}, needs {newest}; run flask db upgrade"


def _redis() -> str | None:
    return None if broker.answers() else "redis: no answer"


def newest_migration() -> str:
    """The head of the migrations on disk, read once."""
    from alembic.script import ScriptDirectory

    folder = current_app.extensions["migrate"].directory
    return str(ScriptDirectory(folder).get_current_head())


def init_app(app: Flask) -> None:
    known: list[str] = []

    def newest() -> str:
        if not known:
            known.append(newest_migration())
        return known[0]

    app.extensions["newest_migration"] = newest
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
