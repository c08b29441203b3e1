"""Who may do what in the database."""

from __future__ import annotations

from app.cli.doctor.finding import Context, Findings, note, ok, wrong
from app.core.rights import ADDED_ONLY, APP, ARCHIVER

_ROLE = """
SELECT current_user, rolsuper, rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls,
       pg_has_role(current_user, 'pg_read_server_files', 'MEMBER') OR pg_has_role(current_user, 'pg_execute_server_program', 'MEMBER'),
       (SELECT string_agg(name, ', ') FROM unnest(%s::text[]) AS name
        WHERE to_regclass(name) IS NOT NULL AND has_table_privilege(name, 'UPDATE, DELETE, TRUNCATE'))
FROM pg_roles WHERE rolname = current_user
"""
_SEES = """
SELECT pg_get_userbyid(proowner), pg_has_role(proowner, current_user::regrole::oid, 'USAGE')
       OR pg_has_role(proowner, 'pg_read_all_stats', 'USAGE') FROM pg_proc WHERE proname = 'audit_horizon'
"""


def rights(context: Context) -> Findings:
    """Web and workers have a role that owns nothing; the archiver is another one."""
    if context.link is None or not (found := context.rows(_ROLE, list(ADDED_ONLY))):
        return
    role, superuser, makes, reads, takes = found[0]
    two = "make two roles (docs/running.md): DATABASE_URL for web and workers, DATABASE_OWNER_URL for migrations"
    if superuser or reads:
        yield wrong(
            "rights", f"web and workers are {role!r}, who may read the server's files and run its programs", two
        )
    elif takes or makes:
        yield note("rights", f"web and workers are {role!r}, who may change {takes or 'roles and databases'}", two)
    elif not context.rows(
        "SELECT has_table_privilege('audit_log', 'INSERT') WHERE to_regclass('audit_log') IS NOT NULL"
    ):
        return
    else:
        yield ok("rights", f"web and workers are {role!r}, who may only add to the trail")
    if not context.rows("SELECT 1 FROM pg_roles WHERE rolname = %s", ARCHIVER):
        yield note(
            "rights", f"there is no role {ARCHIVER}, so nothing can be archived",
            f"as a superuser: CREATE ROLE {ARCHIVER} NOLOGIN; then run: flask db upgrade",
        )  # fmt: skip
    for owner, sees in context.rows(_SEES):
        if not sees:
            yield wrong(
                "rights", f"{owner!r} does not see when the transactions of {role!r} began, so entries are sealed late",
                f"as a superuser: GRANT pg_read_all_stats TO {owner}",
            )  # fmt: skip


def grants(context: Context) -> Findings:
    """What a migration by somebody else would leave without rights."""
    if context.link is None:
        return
    query = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
    query += "AND NOT relispartition AND NOT has_table_privilege(oid, 'SELECT')"
    lost = [row[0] for row in context.rows(query)]
    if lost:
        remedy = f"run: flask db upgrade (with DATABASE_OWNER_URL, if the owner is not {APP})"
        yield wrong("rights", f"web and workers may not read {', '.join(lost[:5])}", remedy)
