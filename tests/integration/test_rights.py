"""Least rights: what the role of web and workers cannot do, whatever SQL somebody gets into it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from app.audit.actions import record, seal
from app.core import transactions
from app.core.db import Base, db
from app.core.rights import ADDED_ONLY, APP
from app.environment import Environment
from app.factory import create_app


@pytest.fixture
def web(app, settings: Environment) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the web has it."""
    url = settings.libpq_url.replace("//pressroom@", f"//{APP}@")
    with psycopg.connect(url, autocommit=True) as link:
        yield link


FORBIDDEN = [
    "CREATE TABLE mine (n int)",
    "DROP TABLE users",
    "ALTER TABLE audit_log DISABLE TRIGGER ALL",
    "ALTER TABLE users ADD COLUMN mine int",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA mine",
    "CREATE TRIGGER mine BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION update_updated_at_column()",
    "DROP FUNCTION audit_guard() CASCADE",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "COPY users TO PROGRAM 'cat'",
    "COPY users FROM PROGRAM 'echo x'",
    "COPY users TO '/tmp/pressroom-never-written'",
    "CREATE ROLE mine",
    f"ALTER ROLE {APP} SUPERUSER",
    "SET ROLE pressroom",
    "SET SESSION AUTHORIZATION pressroom",
    "SET ROLE pressroom_archiver",
    "SET session_replication_role = replica",
    "ALTER SYSTEM SET fsync = off",
    "UPDATE alembic_version SET version_num = '0001'",
    "DELETE FROM audit_keys",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'pressroom'",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_web_cannot(web, plain_owner, statement):
    """(S17) It is neither a superuser nor an owner, and cannot become one."""
    with pytest.raises(
        psycopg.errors.Error, match=r"permission denied|must be|insufficient|not allowed|does not exist|refused"
    ):
        web.execute(statement)


@pytest.fixture
def plain_owner(app, settings) -> Iterator[psycopg.Connection[Any]]:
    """A session of the owner's that could be ended."""
    with psycopg.connect(settings.libpq_url, autocommit=True) as link:
        yield link


@pytest.mark.parametrize("table", ADDED_ONLY)
@pytest.mark.parametrize("verb", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
def test_what_is_only_added_to_gives_the_web_no_other_right(web, table, verb):
    """(S17) Not by a trigger, but by the rights: also with the archiver's setting."""
    column = {"audit_log": "action", "audit_seals": "rows"}.get(table, "id")
    web.execute("SET app.archiving = 'on'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        web.execute(verb.format(table, column))


def test_no_table_can_be_emptied_or_given_a_trigger(web):
    """(S17) Every table there is, those of later migrations, too; months of the trail are written through their table alone."""
    tables = list(Base.metadata.tables)
    rows = web.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND "
        "(has_table_privilege(oid, 'TRUNCATE, TRIGGER, REFERENCES') OR (relispartition AND has_table_privilege(oid, 'INSERT, UPDATE, DELETE')))"
    ).fetchall()
    assert rows == []
    for name in tables:
        assert web.execute("SELECT has_table_privilege(%s, 'SELECT')", [name]).fetchone() == (True,), name


@pytest.fixture
def strangers(servers, settings: Environment) -> Iterator[tuple[Environment, psycopg.Connection[Any]]]:
    """An outside server as its admins would set it up: an owner and a role for the app, neither a superuser."""
    admin = sa.make_url(servers["database"])
    mark = uuid.uuid4().hex[:8]
    name, owner, worker = f"two_{mark}", f"owner_{mark}", f"app_{mark}"
    with psycopg.connect(
        admin.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as link:
        for role in (owner, worker):
            link.execute(f"CREATE ROLE {role} LOGIN")  # type: ignore[call-overload]
        link.execute(f"CREATE DATABASE {name} OWNER {owner}")  # type: ignore[call-overload]
        url = admin.set(database=name)
        yield (
            Environment(
                data=settings.data / mark, database_url=url.set(username=worker).render_as_string(), redis_url=settings.redis_url,
                owner_url=url.set(username=owner).render_as_string(), secret_key="x" * 40, keys=settings.keys,
            ),
            link,
        )  # fmt: skip
        link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[call-overload]
        link.execute(f"DROP ROLE {owner}")  # type: ignore[call-overload]
        link.execute(f"DROP ROLE {worker}")  # type: ignore[call-overload]


def test_an_outside_server_with_two_roles(strangers):
    """(S17, S10) Migrated by one, worked in by the other; what the owner cannot see holds the seals back, never hides an entry."""
    settings, link = strangers
    app = create_app(settings, role="job")
    with app.app_context():
        upgrade()
        assert db.session.scalar(sa.text("SELECT current_user")) == sa.make_url(settings.database_url).username
        db.session.rollback()
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            transactions.transaction(lambda: db.session.execute(sa.text("DELETE FROM audit_log")))
        with psycopg.connect(settings.libpq_url) as slow:
            slow.execute("SELECT 1")
            transactions.transaction(record, "x.y", ("t", "1"))
            assert transactions.transaction(seal, timedelta(0)) is None
            link.execute(f"GRANT pg_read_all_stats TO {sa.make_url(settings.owner_url).username}")  # type: ignore[call-overload]
            made = transactions.transaction(seal, timedelta(0))
            assert made is None or made.rows == 0
        assert transactions.transaction(seal, timedelta(0)).rows == 1
        upgrade()  # again, with nothing to do
        own = db.session.scalar(sa.text(f"SELECT has_table_privilege('{APP}', 'users', 'SELECT')"))
        assert own is False  # another desk of the same server is not let in
        db.session.remove()
        db.engine.dispose()


def test_the_role_of_the_app_is_made_with_its_password_where_that_is_allowed(strangers):
    """(S17) What `docker compose run --rm prepare` does; the server is never sent the password itself."""
    settings, link = strangers
    url = sa.make_url(settings.database_url)
    made = f"made_{url.username}"
    app = create_app(
        replace(
            settings,
            database_url=url.set(username=made, password="canary-of-a-role").render_as_string(hide_password=False),
            owner_url=url.set(username="pressroom").render_as_string(),
        )
    )
    with app.app_context():
        upgrade()
        db.engine.dispose()
    kept = link.execute("SELECT rolpassword, rolsuper FROM pg_authid WHERE rolname = %s", [made]).fetchone()
    assert kept is not None and kept[0].startswith("SCRAM-SHA-256$") and kept[1] is False
    with psycopg.connect(
        settings.owner_libpq_url.replace(str(sa.make_url(settings.owner_url).username), made), autocommit=True
    ) as web:
        assert web.execute("SELECT count(*) FROM users").fetchone() == (0,)
    link.execute(f"DROP DATABASE {url.database} WITH (FORCE)")  # type: ignore[call-overload]
    link.execute(f"DROP ROLE {made}")  # type: ignore[call-overload]
