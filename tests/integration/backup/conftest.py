"""A desk with something in it, and an empty database elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace

import psycopg
import pytest
import sqlalchemy as sa

from app.content.models import ContentAsset
from app.core.db import db
from app.outbound.files import Files
from tests.factories import make_account, make_user
from tests.integration.backup.around import PICTURE


@pytest.fixture
def desk(app, commit):
    """A person, an account with a secret, a picture."""
    commit(make_user, "admin", email="hana@example.org")
    commit(make_account, "mastodon", secrets={"access_token": "canary-in-a-backup"})
    sha256 = Files(app.config["ENVIRONMENT"].files).put(PICTURE)
    commit(lambda: db.session.add(ContentAsset(filename="a.png", file_path=sha256, content_hash=sha256)))
    return app.config["ENVIRONMENT"]


@pytest.fixture
def elsewhere(settings, tmp_path):
    """Settings of another machine: an empty database, no pictures, the same keys."""
    url = sa.make_url(settings.database_url)
    name = "restored_" + re.sub(r"\W", "_", tmp_path.name)[:40]
    admin = psycopg.connect(settings.libpq_url, autocommit=True)
    admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    admin.execute(f'CREATE DATABASE "{name}"')
    place = url.set(database=name).render_as_string(hide_password=False)
    yield replace(
        settings, data=tmp_path / "other", database_url=place, files_url=(tmp_path / "other" / "files").as_uri()
    )
    admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    admin.close()
