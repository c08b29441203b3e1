"""Alembic under Flask-Migrate: runs forward in production, back in development; keeps spec B's `schema_migrations`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

from app.core import rights
from app.core.db import Base
from app.core.transactions import owner_engine
from migrations.filters import include_object


def note(ctx: Any, step: Any, heads: Any, run_args: Any) -> None:
    """After each migration: spec B's table says which are applied, and when."""
    connection = ctx.connection
    for version in step.up_revision_ids if step.is_upgrade else ():
        connection.execute(
            sa.text("INSERT INTO schema_migrations (version) VALUES (:v) ON CONFLICT DO NOTHING"), {"v": version}
        )
    if not step.is_upgrade and connection.dialect.has_table(connection, "schema_migrations"):
        for version in step.down_revision_ids and step.up_revision_ids:
            connection.execute(sa.text("DELETE FROM schema_migrations WHERE version = :v"), {"v": version})


def run() -> None:
    """Migrate under a lock, so that two starts at once do no harm; give up on a lock rather than stop the desk."""
    with owner_engine(current_app).connect() as connection:
        connection.execute(sa.text("SELECT pg_advisory_lock(hashtext('pressroom.migrate'))"))
        connection.execute(sa.text("SET lock_timeout = '10s'"))
        connection.execute(sa.text("SET statement_timeout = '10min'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=include_object,
            compare_type=True,
            compare_server_default=False,
            transaction_per_migration=True,
            on_version_apply=note,
        )
        with context.begin_transaction():
            context.run_migrations()
        rights.give(connection, current_app.config["ENVIRONMENT"].database_url)
        connection.commit()
        connection.execute(sa.text("SELECT pg_advisory_unlock_all()"))
        connection.commit()


if context.is_offline_mode():
    context.configure(
        url=current_app.config["SQLALCHEMY_DATABASE_URI"], target_metadata=Base.metadata, literal_binds=True
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    run()
