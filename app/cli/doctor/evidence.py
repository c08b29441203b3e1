"""Checks of what must not be undone: the audit trail against its seals and the file outside, and who may do what in the database."""

from __future__ import annotations

from app.audit.models import SEAL_ALARM
from app.audit.report import Report
from app.cli.doctor.finding import Findings, Patient, note, ok, wrong
from app.core.rights import ADDED_ONLY, APP, ARCHIVER
from app.environment import Environment

WHOLE_WITHIN = 48  # hours; the clock checks everything each night
_THERE = "SELECT to_regclass('audit_checks') IS NOT NULL AND has_table_privilege('audit_log', 'SELECT')"


def audit(patient: Patient) -> Findings:
    """The trail is sealed each minute, no entry lies outside its month, and what was sealed lately is as it was sealed."""
    if patient.link is None or not patient.rows("SELECT to_regclass('audit_seals') IS NOT NULL")[0][0]:
        return
    if any(row[0] for row in patient.rows("SELECT EXISTS (SELECT 1 FROM audit_log_default)")):
        yield wrong("audit", "entries lie in the default partition", "run: flask audit partitions")
        return
    age = patient.rows("SELECT extract(epoch FROM clock_timestamp() - max(to_at)) / 60 FROM audit_seals")
    if age and age[0][0] is not None and age[0][0] > patient.setting(SEAL_ALARM):
        remedy = "see that the clock and the worker of default run, and that no transaction stays open"
        yield wrong("audit", f"nothing was sealed for {age[0][0]:.0f} minutes", remedy)
    else:
        yield ok("audit", "entries are sealed in time")


def trail(patient: Patient) -> Findings:
    """At most a day's seals since the last check; each night all of it is checked."""
    if patient.link is None or not patient.settings.keys or not any(row[0] for row in patient.rows(_THERE)):
        return
    found, report = _checked(patient.settings)
    for words in found[:5]:
        yield wrong("audit trail", words, "run `flask audit verify`, and look who had access to the database")
    if len(found) > 5:
        yield wrong("audit trail", f"and {len(found) - 5} findings more", "run: flask audit verify")
    if not found:
        more = "more wait for the next check; " if report.left else ""
        file = patient.settings.audit / "roots.log"
        yield ok(
            "audit trail", f"new seals checked: {report.seals}, lines of {file}: {report.noted}; {more}nothing amiss"
        )
    yield from _whole(patient)


_WHOLE = """
SELECT extract(epoch FROM clock_timestamp() - (SELECT max(checked_at) FROM audit_checks WHERE kind = 'all')) / 3600,
       extract(epoch FROM clock_timestamp() - min(to_at)) / 3600 FROM audit_seals
"""


def _whole(patient: Patient) -> Findings:
    """What was sealed and checked long ago is looked at again by the check of everything."""
    for checked, oldest in patient.rows(_WHOLE):
        if (checked if checked is not None else oldest or 0) > WHOLE_WITHIN:
            since = f"for {checked:.0f} hours" if checked is not None else "yet"
            yield note(
                "audit trail", f"not all of it was checked {since}", "run: flask audit verify; see that the clock runs"
            )


def _checked(settings: Environment) -> tuple[list[str], Report]:
    """The quick check, by the desk's own code; and what the last check of everything had found."""
    from app.audit.inspection import check_new
    from app.audit.queries.health import broken, told
    from app.core.db import db
    from app.factory import create_app

    app = create_app(settings, role="job")
    with app.app_context():
        report = check_new()
        before = [words for check in db.session.scalars(broken()) if check.kind == "all" for words in told(check)]
        db.session.rollback()
        db.engine.dispose()
    words = [found.words for found in report.findings]
    return list(dict.fromkeys(words + before)), report


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


def rights(patient: Patient) -> Findings:
    """Web and workers have a role that owns nothing; the archiver is another one."""
    if patient.link is None or not (found := patient.rows(_ROLE, list(ADDED_ONLY))):
        return
    role, superuser, makes, reads, takes = found[0]
    two = "make two roles (README, Production): DATABASE_URL for web and workers, DATABASE_OWNER_URL for migrations"
    if superuser or reads:
        yield wrong(
            "rights", f"web and workers are {role!r}, who may read the server's files and run its programs", two
        )
    elif takes or makes:
        yield note("rights", f"web and workers are {role!r}, who may change {takes or 'roles and databases'}", two)
    elif not patient.rows(
        "SELECT has_table_privilege('audit_log', 'INSERT') WHERE to_regclass('audit_log') IS NOT NULL"
    ):
        return
    else:
        yield ok("rights", f"web and workers are {role!r}, who may only add to the trail")
    if not patient.rows("SELECT 1 FROM pg_roles WHERE rolname = %s", ARCHIVER):
        yield note(
            "rights", f"there is no role {ARCHIVER}, so nothing can be archived",
            f"as a superuser: CREATE ROLE {ARCHIVER} NOLOGIN; then run: flask db upgrade",
        )  # fmt: skip
    for owner, sees in patient.rows(_SEES):
        if not sees:
            yield wrong(
                "rights", f"{owner!r} does not see when the transactions of {role!r} began, so entries are sealed late",
                f"as a superuser: GRANT pg_read_all_stats TO {owner}",
            )  # fmt: skip


def grants(patient: Patient) -> Findings:
    """What a migration by somebody else would leave without rights."""
    if patient.link is None:
        return
    query = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
    query += "AND NOT relispartition AND NOT has_table_privilege(oid, 'SELECT')"
    lost = [row[0] for row in patient.rows(query)]
    if lost:
        remedy = f"run: flask db upgrade (with DATABASE_OWNER_URL, if the owner is not {APP})"
        yield wrong("rights", f"web and workers may not read {', '.join(lost[:5])}", remedy)
