"""Whether sealing and partitions are in order: for the doctor, readiness and the home page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.audit.models import AuditCheck, AuditSeal
from app.audit.queries.seals import newest_seal
from app.core import settings
from app.core.db import db


def health() -> list[str]:
    """Sentences about what is wrong, each with what to do; empty when all is well."""
    found = [text for check in db.session.scalars(failed_checks()) for text in describe_findings(check)]
    if db.session.scalar(sa.text("SELECT EXISTS (SELECT 1 FROM audit_log_default)")):
        found.append(
            "Audit entries lie in the default partition: run `flask audit partitions` and see that the clock runs."
        )
    last = newest_seal()
    if last is not None and _minutes_since(last.to_at) > settings.get("audit.seal_alarm_minutes"):
        found.append(
            f"No audit entry was sealed since {last.to_at:%Y-%m-%d %H:%M} UTC: see that the clock runs and that no transaction stays open for minutes."
        )
    return found


def failed_checks() -> sa.Select[Any]:
    """Checks that found something."""
    return sa.select(AuditCheck).where(AuditCheck.problems > 0).order_by(AuditCheck.kind)


def describe_findings(check: AuditCheck, most: int = 3) -> list[str]:
    """Its first findings in words, and how many more there are."""
    sentences = [str(found["words"]) for found in check.findings[:most]]
    more = check.problems - len(sentences)
    return sentences + ([f"And {more} more: run `flask audit verify`."] if more > 0 else [])


def _minutes_since(moment: datetime) -> float:
    # the real clock of the database: seals follow transaction times, which tests do not move
    seconds = db.session.scalar(
        sa.select(sa.func.extract("epoch", sa.func.clock_timestamp() - sa.literal(moment, AuditSeal.to_at.type)))
    )
    return float(seconds or 0) / 60
