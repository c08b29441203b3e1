"""The migrations and the models say the same; the way back works too."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade

from app.core.db import Base, db
from app.factory import create_app
from migrations.filters import include_object
from tests.conftest import _settings


@pytest.fixture
def empty(servers, settings):
    """An empty database of its own."""
    admin = sa.make_url(servers["database"])
    name = f"migrate_{uuid.uuid4().hex[:8]}"
    engine = sa.create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    app = create_app(_settings(admin.set(database=name), servers, settings.data), TESTING=True)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    with engine.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def test_autogenerate_finds_nothing(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": include_object, "target_metadata": Base.metadata}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_forward_back_and_forward_again(empty):
    upgrade()
    downgrade(revision="base")
    with db.engine.connect() as connection:
        left = connection.scalars(
            sa.text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')"
            )
        ).all()
    assert [name for name in left if name not in ("alembic_version",)] == []
    upgrade()
