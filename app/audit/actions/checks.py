"""What a check found, kept for Home, the audit page and the next check."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from app.audit.models import AuditCheck
from app.audit.report import Mark, Report
from app.core.db import db

SHOWN = 20  # findings that are kept; `problems` counts all


def store_check(kind: str, report: Report, before: Mark) -> None:
    """The mark moves on only when nothing was found: what was found is found again until it is settled."""
    mark = before if report.findings else report.mark
    values = {
        "checked_at": sa.func.clock_timestamp(), "seals": report.seals, "rows": report.rows, "problems": len(report.findings),
        "findings": [asdict(found) for found in report.findings[:SHOWN]], "mark": mark.as_json(),
    }  # fmt: skip
    row = insert(AuditCheck).values(kind=kind, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=["kind"], set_=values))


def forget_file_span() -> None:
    """Somebody knows that the file outside is another one now: the next check takes it as it is."""
    db.session.execute(sa.update(AuditCheck).values(mark=AuditCheck.mark.op("-")("stood")))
