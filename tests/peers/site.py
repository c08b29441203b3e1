"""Our own site as a target: the real store port on a real PostgreSQL, read back from its table and its public page."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from flask_migrate import upgrade

from app.core.db import db
from app.core.transactions import transaction
from app.delivery.connector_context import LocalPostStore
from app.environment import Environment
from app.factory import create_app
from app.outbound.exchange import Sending
from app.platforms.base import UnsealedAccount
from app.runtime.postgres import Postgres
from app.runtime.valkey import Valkey
from app.site.models import LocalPost
from tests.fakes.ports import NoHttp, context
from tests.peers.compare import Stored


def no_commit_point(sending: Sending) -> None:
    """There is no record behind these posts, so nothing to commit before the insert."""


class Site:
    """`with Site() as site:` an empty Pressroom with its database."""

    name = "our site"
    slug = "site"

    def __enter__(self) -> Site:
        self.folder = tempfile.TemporaryDirectory(prefix="peers-", ignore_cleanup_errors=True)
        data = Path(self.folder.name)
        data.chmod(0o755)
        self.postgres, self.valkey = Postgres(data / "pg", durable=False), Valkey(data / "valkey", durable=False)
        admin = sa.make_url(self.postgres.start())
        with sa.create_engine(admin, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(sa.text("CREATE DATABASE peers"))
        self.settings = Environment(
            data=data, database_url=admin.set(database="peers").render_as_string(hide_password=False),
            redis_url=self.valkey.start(), secret_key="peers", keys=(("peers", bytes(32)),), url="http://localhost",
            files_url=(data / "files").as_uri(), allow_hosts=("127.0.0.0/8", "::1", "localhost"),
        )  # fmt: skip
        self.app = create_app(self.settings, TESTING=True, WTF_CSRF_ENABLED=False)
        self.pushed = self.app.app_context()
        self.pushed.push()
        upgrade()
        store: Any = LocalPostStore("site", "http://localhost", no_commit_point)  # type: ignore[arg-type]
        self.ctx = replace(context(NoHttp()), store=store)
        self.account = UnsealedAccount("site", "site")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        db.engine.dispose()
        self.pushed.pop()
        self.valkey.stop()
        self.postgres.stop()
        self.folder.cleanup()

    def read_back(self, post_id: str) -> Stored:
        found: Stored = transaction(_row, post_id)
        page = self.app.test_client().get(f"/site/{post_id}/post", follow_redirects=True)
        if page.status_code != 200:
            raise RuntimeError(f"the page of {post_id} answered {page.status_code}")
        return found


def _row(key: str) -> Stored:
    row = db.session.scalars(sa.select(LocalPost).where(LocalPost.key == key)).one()
    alts, sha256s = (tuple(medium[name] for medium in row.media) for name in ("alt", "sha256"))
    return Stored(row.body, alts, sha256s, row.language)
