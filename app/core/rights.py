"""Rights in the database: the owner migrates, the role of web and workers works, only the archiver takes away.

Given anew after every migration (migrations/env.py), also when there was nothing to migrate: roles belong to the server, so
neither a dump nor a migration carries them. Where a server forbids making roles, `flask doctor` says what to run.
"""

from __future__ import annotations

import logging
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

log = logging.getLogger(__name__)

APP, ARCHIVER = "pressroom_app", "pressroom_archiver"  # migration 0020 knows the archiver by this name
READ_ONLY = ("alembic_version", "schema_migrations")
ADDED_ONLY = ("audit_log", "audit_seals", "events", "review_decisions")
NEVER_CHANGED = ("artifacts",)  # deleted with their item
NEVER_DELETED = ("audit_keys",)

# No statement here needs more than ownership. Partitions are written through their parent alone.
_FOR_THE_APP = """
DO $$
DECLARE
    place record;
    rights text;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', '{role}');
    FOR place IN
        SELECT relname, relkind, relispartition FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
    LOOP
        rights := CASE
            WHEN place.relkind = 'S' THEN 'USAGE, SELECT'
            WHEN place.relispartition OR place.relkind = 'v' OR place.relname = ANY ('{read_only}') THEN 'SELECT'
            WHEN place.relname = ANY ('{added_only}') THEN 'SELECT, INSERT'
            WHEN place.relname = ANY ('{never_changed}') THEN 'SELECT, INSERT, DELETE'
            WHEN place.relname = ANY ('{never_deleted}') THEN 'SELECT, INSERT, UPDATE'
            ELSE 'SELECT, INSERT, UPDATE, DELETE' END;
        EXECUTE format('REVOKE ALL ON %s %I FROM %I', CASE place.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, place.relname, '{role}');
        EXECUTE format('GRANT %s ON %s %I TO %I', rights, CASE place.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, place.relname, '{role}');
    END LOOP;
END $$;
"""
_ARCHIVER = """
DO $$ BEGIN
    CREATE ROLE pressroom_archiver NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
"""
_FOR_THE_ARCHIVER = (
    "GRANT USAGE ON SCHEMA public TO pressroom_archiver",
    f"GRANT SELECT, DELETE ON {', '.join((*ADDED_ONLY, *NEVER_CHANGED, *NEVER_DELETED))} TO pressroom_archiver",
)
_NOBODY_ELSE = "REVOKE CREATE ON SCHEMA public FROM PUBLIC"


def give(connection: sa.Connection, app_url: str) -> None:
    """Give each role what it needs; the connection is the owner's. What is not allowed is logged and left.

    `app_url` is DATABASE_URL. Its user is made when there is none; it is the owner itself where there is one role for all.
    """
    url = sa.make_url(app_url)
    app_role = url.username
    if not connection.dialect.has_table(connection, "audit_keys"):
        return  # on the way, or the way back
    owner = connection.scalar(sa.text("SELECT current_user"))
    _try(connection, _NOBODY_ELSE)
    _try(connection, _ARCHIVER)
    for statement in _FOR_THE_ARCHIVER if _exists(connection, ARCHIVER) else ():
        _try(connection, statement)
    if app_role and app_role != owner:  # no other role: on a shared server it may be another desk's
        if not _exists(connection, app_role):
            _try(connection, _make(connection, app_role, url.password))
        if _exists(connection, app_role):
            _try(connection, _app_rights(app_role))


def _app_rights(role: str) -> str:
    names = {
        "read_only": READ_ONLY, "added_only": ADDED_ONLY, "never_changed": NEVER_CHANGED, "never_deleted": NEVER_DELETED,
    }  # fmt: skip
    text = _FOR_THE_APP.replace("{role}", role.replace("'", "''"))
    for name, tables in names.items():
        text = text.replace(f"{{{name}}}", f"{{{','.join(tables)}}}")
    return text


def _make(connection: sa.Connection, role: str, password: Any) -> str:
    """The password goes as what the server would keep of it (SCRAM), so that no log of statements holds it."""
    quoted = role.replace('"', '""')
    if not password:
        return f'CREATE ROLE "{quoted}" LOGIN'
    wire: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    kept = wire.pgconn.encrypt_password(str(password).encode(), role.encode(), b"scram-sha-256").decode()
    return f"""CREATE ROLE "{quoted}" LOGIN PASSWORD '{kept}'"""


def _exists(connection: sa.Connection, role: str) -> bool:
    return connection.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}) is not None


def _try(connection: sa.Connection, statement: str) -> None:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(statement.replace("%", "%%"))
    except ProgrammingError as error:
        log.warning("rights: %s; `flask doctor` says what to run", str(error.orig).strip().splitlines()[0])
