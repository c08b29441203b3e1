"""Checks of the trail as the clock, the doctor and the command line run them: in parts, so that none holds a snapshot for long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import current_app

from app.audit import actions
from app.audit.actions.seal import MARGIN
from app.audit.models import AuditCheck, AuditSeal
from app.audit.queries.roots import check_mark
from app.audit.queries.verify import verify_part
from app.audit.report import Mark, Report, Stood
from app.audit.roots_file import TAIL, RootsFile
from app.core.db import db
from app.core.transactions import read_only, transaction

PART = 1_500  # seals, about a day


def roots_file() -> RootsFile:
    """Where this desk notes its roots (PRESSROOM_AUDIT)."""
    return RootsFile(current_app.config["ENVIRONMENT"].audit)


def seal_and_note(margin: timedelta = MARGIN) -> AuditSeal | None:
    """Seal what can be sealed; then note outside what is committed. Returns the new seal, if any. Raises OSError."""
    made = transaction(actions.seal, margin)
    transaction(actions.note_roots, roots_file())
    return made


def check_new() -> Report:
    """What was sealed and noted since the last check that found nothing, at most about a day of it."""
    file, before = roots_file(), _mark("new")
    lost = check_mark(file, before)
    with read_only():
        report = verify_part(file, before, PART)
    report.findings += lost
    if not report.left:
        report.mark = _with_file_span(report.mark, file, max(0, report.mark.offset - TAIL))
    transaction(actions.store_check, "new", report, before)
    return report


def check_all() -> Report:
    """Everything from the first seal on, and each byte that an earlier check saw in the file."""
    whole, mark, file, before = Report(), Mark(), roots_file(), _mark("all")
    lost = check_mark(file, before) or check_mark(file, _mark("new"))
    while True:
        with read_only():
            part = verify_part(file, mark, PART)
        whole.seals, whole.rows = whole.seals + part.seals, whole.rows + part.rows
        whole.findings += part.findings
        mark = part.mark
        if not part.left:
            break
    whole.unsealed, whole.oldest_unsealed, whole.newest_root = part.unsealed, part.oldest_unsealed, part.newest_root
    whole.noted, whole.mark = part.noted, _with_file_span(mark, file, 0)
    whole.findings += lost
    transaction(actions.store_check, "all", whole, before)
    return whole


def _with_file_span(mark: Mark, file: RootsFile, start: int) -> Mark:
    """The mark with what stands in the file before it. From `start` on: the quick check does not read years of lines each time."""
    return replace(mark, stood=Stood(start, mark.offset, file.digest(start, mark.offset)))


def _mark(kind: str) -> Mark:
    with read_only():
        check = db.session.get(AuditCheck, kind)
        return Mark.of(check.mark if check else None)
