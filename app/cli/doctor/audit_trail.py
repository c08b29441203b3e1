"""Checks of the audit trail: sealed in time, and unchanged when held against its seals and the file outside."""

from __future__ import annotations

from app.audit.models import SEAL_ALARM
from app.audit.report import Report
from app.cli.doctor.finding import Context, Findings, note, ok, wrong
from app.environment import Environment

FULL_CHECK_WITHIN = 48  # hours; the clock checks everything each night
_MAY_READ = "SELECT to_regclass('audit_checks') IS NOT NULL AND has_table_privilege('audit_log', 'SELECT')"


def seals(context: Context) -> Findings:
    """The trail is sealed each minute, no entry lies outside its month, and what was sealed lately is as it was sealed."""
    if context.link is None or not context.rows("SELECT to_regclass('audit_seals') IS NOT NULL")[0][0]:
        return
    if any(row[0] for row in context.rows("SELECT EXISTS (SELECT 1 FROM audit_log_default)")):
        yield wrong("audit", "entries lie in the default partition", "run: flask audit partitions")
        return
    age = context.rows("SELECT extract(epoch FROM clock_timestamp() - max(to_at)) / 60 FROM audit_seals")
    if age and age[0][0] is not None and age[0][0] > context.setting(SEAL_ALARM):
        remedy = "see that the clock and the worker of default run, and that no transaction stays open"
        yield wrong("audit", f"nothing was sealed for {age[0][0]:.0f} minutes", remedy)
    else:
        yield ok("audit", "entries are sealed in time")


def entries(context: Context) -> Findings:
    """At most a day's seals since the last check; each night all of it is checked."""
    if context.link is None or not context.settings.keys or not any(row[0] for row in context.rows(_MAY_READ)):
        return
    found, report = _check_new_seals(context.settings)
    for words in found[:5]:
        yield wrong("audit trail", words, "run `flask audit verify`, and look who had access to the database")
    if len(found) > 5:
        yield wrong("audit trail", f"and {len(found) - 5} findings more", "run: flask audit verify")
    if not found:
        more = "more wait for the next check; " if report.left else ""
        file = context.settings.audit / "roots.log"
        yield ok(
            "audit trail", f"new seals checked: {report.seals}, lines of {file}: {report.noted}; {more}nothing amiss"
        )
    yield from _full_check_age(context)


_LAST_FULL_CHECK = """
SELECT extract(epoch FROM clock_timestamp() - (SELECT max(checked_at) FROM audit_checks WHERE kind = 'all')) / 3600,
       extract(epoch FROM clock_timestamp() - min(to_at)) / 3600 FROM audit_seals
"""


def _full_check_age(context: Context) -> Findings:
    """What was sealed and checked long ago is looked at again by the check of everything."""
    for checked, oldest in context.rows(_LAST_FULL_CHECK):
        if (checked if checked is not None else oldest or 0) > FULL_CHECK_WITHIN:
            since = f"for {checked:.0f} hours" if checked is not None else "yet"
            yield note(
                "audit trail", f"not all of it was checked {since}", "run: flask audit verify; see that the clock runs"
            )


def _check_new_seals(settings: Environment) -> tuple[list[str], Report]:
    """The quick check, by the desk's own code; and what the last check of everything had found."""
    from app.audit.inspection import check_new
    from app.audit.queries.health import describe_findings, failed_checks
    from app.core.db import db
    from app.factory import create_app

    app = create_app(settings, role="job")
    with app.app_context():
        report = check_new()
        before = [
            words
            for check in db.session.scalars(failed_checks())
            if check.kind == "all"
            for words in describe_findings(check)
        ]
        db.session.rollback()
        db.engine.dispose()
    words = [found.words for found in report.findings]
    return list(dict.fromkeys(words + before)), report
