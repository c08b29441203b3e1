"""Fixtures: a real PostgreSQL and a real Valkey for the run, a database per test worker cloned from a migrated template.

Each test begins with empty tables; a test commits through `commit(...)` as a job would, or through the client as a
browser would.
"""

from __future__ import annotations

import contextvars
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from filelock import FileLock
from flask.testing import FlaskClient
from hypothesis import settings

from app import cli
from app.audit.queries import entries
from app.core import actor, clock_state, queue, rights, transactions
from app.core import settings as desk_settings
from app.core.db import Base, db
from app.environment import Environment
from app.factory import Pressroom, create_app
from app.staff import passwords

KEYS = (("test", bytes(range(32))),)
PASSWORD = "correct horse battery staple"
KEPT = ("alembic_version", "schema_migrations", "platforms", "agents")
# Settings that were read stay read until a test changes them: how many statements a page needs must not depend on whether the
# two seconds of a process went by meanwhile.
desk_settings.FRESH_FOR = 3600.0
# The way of a password is the real one, its work is small: tests/unit/staff/test_pure.py asks a process of its own for the cost.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
# An example that the machine interrupts is not a slow one: by itself Hypothesis fails what takes longer than 200 ms.
settings.register_profile("pressroom", deadline=None)
settings.load_profile("pressroom")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One PostgreSQL and one Valkey a worker process, stopped at the end. TEST_DATABASE_URL and TEST_REDIS_URL replace them."""
    given = {"database": os.environ.get("TEST_DATABASE_URL"), "redis": os.environ.get("TEST_REDIS_URL")}
    if all(given.values()):
        yield {k: str(v) for k, v in given.items()}
        return
    from app.runtime.postgres import Postgres
    from app.runtime.valkey import Valkey

    with tempfile.TemporaryDirectory(prefix="pressroom-test-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        postgres, valkey = Postgres(Path(folder) / "pg", durable=False), Valkey(Path(folder) / "valkey", durable=False)
        try:
            yield {"database": postgres.start(), "redis": valkey.start()}
        finally:
            valkey.stop()
            postgres.stop()


@pytest.fixture(scope="session")
def settings(servers: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Settings that point at this worker's own database."""
    data = tmp_path_factory.mktemp("data")
    admin = sa.make_url(servers["database"])
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    _template(servers, data)
    with sa.create_engine(admin, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE pressroom_template'))
    return _settings(admin.set(database=name), servers, data)


def _settings(url: sa.URL, servers: dict[str, str], data: Path) -> Environment:
    return Environment(
        data=data,
        database_url=url.render_as_string(hide_password=False),
        redis_url=servers["redis"],
        secret_key="for tests only, never in production",
        keys=KEYS,
        url="http://localhost",
        allow_hosts=("127.0.0.0/8", "localhost", "::1"),
        files_url=(data / "files").as_uri(),
    )


def _template(servers: dict[str, str], data: Path) -> None:
    """Migrate one template database for all workers of the run (and anew when a migration has changed)."""
    admin = sa.make_url(servers["database"])
    with FileLock(Path(tempfile.gettempdir()) / f"pressroom-template-{os.getuid()}.lock"):
        engine = sa.create_engine(admin, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            found = connection.scalar(
                sa.text(
                    "SELECT description FROM pg_shdescription d JOIN pg_database b ON b.oid = d.objoid WHERE datname = 'pressroom_template'"
                )
            )
            mark = _migrations_mark()
            if found == mark:
                return
            connection.execute(sa.text("DROP DATABASE IF EXISTS pressroom_template WITH (FORCE)"))
            connection.execute(sa.text("CREATE DATABASE pressroom_template"))
            from flask_migrate import upgrade

            app = create_app(_settings(admin.set(database="pressroom_template"), servers, data), TESTING=True)
            with app.app_context():
                upgrade(revision=os.environ.get("UPTO", "head"))
                with db.engine.begin() as link:
                    rights.give(link, _as_the_app(admin))
                db.engine.dispose()
            connection.execute(sa.text(f"COMMENT ON DATABASE pressroom_template IS '{mark}'"))


def _as_the_app(url: sa.URL) -> str:
    """The same database, as the role of web and workers."""
    return url.set(username=rights.APP).render_as_string(hide_password=False)


def _migrations_mark() -> str:
    import hashlib

    folder = Path(__file__).resolve().parents[1] / "migrations" / "versions"
    text = b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))
    return hashlib.sha256(text).hexdigest()


class Browser(FlaskClient):
    """Each request in a context of its own, as a server has it: the test's app context would hand `g`, and with it the
    person who signed in, from one request to the next."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["buffered"] = True
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture(scope="session")
def session_app(settings: Environment) -> Pressroom:
    """The app of this worker, made once. It works with the rights of the app's own role, as a desk does."""
    as_the_app = _as_the_app(sa.make_url(settings.database_url))
    session_app = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False, SQLALCHEMY_DATABASE_URI=as_the_app)
    session_app.test_client_class = Browser
    cli.init_app(session_app)
    return session_app


@pytest.fixture(scope="session")
def owner(settings: Environment) -> Iterator[sa.Engine]:
    """The database as its owner sees it: to empty tables, and for what the app's role may not do."""
    engine = sa.create_engine(settings.database_url, pool_size=1, max_overflow=4)
    yield engine
    engine.dispose()


@pytest.fixture
def app(session_app: Pressroom, owner: sa.Engine, settings: Environment) -> Iterator[Pressroom]:
    """The app with empty tables and an empty Redis; an app context is pushed."""
    with session_app.app_context():
        _empty(owner, settings)
        queue.worker_client().flushdb()
        session_app.extensions["broker"].pop("quiet_until", None)
        desk_settings.forget()
        entries.forget()
        clock_state.forget()
        actor.set_current(actor.Actor())  # not the person of the test before
        yield session_app
        db.session.rollback()


def _empty(owner: sa.Engine, settings: Environment) -> None:
    shutil.rmtree(settings.audit, ignore_errors=True)
    tables = [name for name in Base.metadata.tables if name not in KEPT]
    with owner.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        present = set(connection.scalars(sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
        rows = " UNION ALL ".join(f"SELECT '{t}' AS t WHERE EXISTS (SELECT 1 FROM {t})" for t in tables if t in present)
        for name in connection.scalars(sa.text(rows)).all():
            connection.execute(sa.text(f"DELETE FROM {name}"))


@pytest.fixture
def commit(app: Pressroom) -> Callable[..., Any]:
    """`commit(fn, *args)`: run `fn` in a committed transaction of its own, as a job's step does."""
    return transactions.transaction


@pytest.fixture
def client(app: Pressroom) -> FlaskClient:
    """A browser without JavaScript, not signed in."""
    return app.test_client()


@pytest.fixture
def another_desk(app: Pressroom) -> Iterator[Callable[..., Pressroom]]:
    """`another_desk(settings, TESTING=False, …)`: a desk with other settings beside the usual one; its browsers are ours."""
    made: list[Pressroom] = []

    def build(changed: Environment, **config: Any) -> Pressroom:
        session_app = create_app(changed, **{"TESTING": True, "WTF_CSRF_ENABLED": False, **config})
        session_app.test_client_class = Browser
        made.append(session_app)
        return session_app

    yield build
    for session_app in made:
        with session_app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def as_user(app: Pressroom) -> Callable[..., FlaskClient]:
    """`as_user("reviewer")` or `as_user(user)`: a browser in which that person is signed in."""
    from tests.door import let_in
    from tests.factories import make_user

    def sign_in(who: Any = "admin") -> FlaskClient:
        user = transactions.transaction(make_user, role=who) if isinstance(who, str) else who
        browser = let_in(app, user.id)
        browser.user = user  # type: ignore[attr-defined]
        return browser

    return sign_in


@pytest.fixture
def empty(servers: dict[str, str], settings: Environment) -> Iterator[Pressroom]:
    """An app on an empty database of its own."""
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


@pytest.fixture
def statements(app: Pressroom) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with statements() as ran:` every statement that the database is sent meanwhile."""

    @contextmanager
    def counted() -> Iterator[list[str]]:
        ran: list[str] = []

        def note(*event: Any) -> None:
            ran.append(event[2])

        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield ran
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)

    return counted


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leaves this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(
            ("127.", "::1", "localhost")
        ):
            raise OSError(f"tests may not reach {address}")
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
