"""Holding what is noted outside the database (the file of roots, the logs) against the seals that are in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa

from app.audit.models import AuditSeal
from app.audit.queries.keys import newest_keyed
from app.audit.queries.seals import newest_seal, seal_name
from app.audit.report import Finding, Mark, Report
from app.audit.roots_file import ACKNOWLEDGED, NOWHERE, RootLine, RootsFile, parse_log_line
from app.core.db import db

T = TypeVar("T")
BATCH = 1_000
RESTORED = "If a backup was restored, say so with `flask audit acknowledge`; otherwise somebody with the database's password did it."


def check_file(report: Report, file: RootsFile, keys: Mapping[str, bytes], start: int, end: int) -> None:
    """Every line since the last acknowledgement must be a seal of the database. Notes in the mark how far this came."""
    begin = max((line.at for line in file.lines(keys, start, end) if _acknowledges(line.parsed)), default=start)
    runs, foreign, cut = _Runs(report), _ForeignLines(begin > 0), ""
    for batch in _batches(file.lines(keys, begin, end)):
        roots = _roots([line.parsed for line in batch if line.parsed is not None])
        for line in batch:
            if cut and not line.text.startswith(
                cut.strip("\0")
            ):  # else a crash cut it short, and it was written again in whole
                report.findings.append(_altered_line(file, line.at))
            cut = line.text if line.parsed is None else ""
            if line.parsed is not None and line.parsed.known is False:
                report.findings.append(_altered_line(file, line.at))
            elif line.parsed is not None and foreign.add(line.at, line.parsed, roots.get(line.parsed.place)):
                continue
            elif line.parsed is not None and line.parsed.place != NOWHERE:
                runs.add(line.parsed, roots.get(line.parsed.place))
    if cut.strip("\0"):
        report.findings.append(_altered_line(file, end))
    runs.end()
    report.findings += foreign.findings(file)
    report.noted = runs.compared
    report.mark = replace(report.mark, offset=end)
    if not end and (keyed := newest_keyed(skip=2)) is not None:  # the first ones may not be noted yet
        words = f"The file outside, {file.path}, is not there: only the database itself speaks for its last seals. It is begun within a minute."
        report.findings.append(Finding("file", seal_name(keyed), words))


def check_mark(file: RootsFile, mark: Mark) -> list[Finding]:
    """What an earlier check saw in the file must still stand there: nobody takes lines out of it, at its end or within."""
    stood, size = mark.stood, file.size()
    if stood is None or not size:  # a file that is not there is reported by check_file
        return []
    if size < stood.end:
        words = (
            f"The file outside, {file.path}, is shorter than at the last check: {stood.end - size:,} bytes are missing."
        )
    elif file.digest(stood.start, stood.end) != stood.digest:
        words = f"The file outside, {file.path}, was changed before byte {stood.end:,}: at the last check something else stood there."
    else:
        return []
    settled = "Put back the longer copy, if you have it. If it was lost or moved and you know why, say so with `flask audit acknowledge`."
    return [
        Finding("file", f"byte {stood.end}", f"{words} Somebody cut it or put an older copy in its place. {settled}")
    ]


def check_logs(report: Report, logs: Iterable[Iterable[str]], keys: Mapping[str, bytes]) -> None:
    """Seals that logs name in full and with a check that holds; whatever else stands there is not looked at."""
    for lines in logs:
        runs = _Runs(report)
        named = (found for text in lines if (found := parse_log_line(text, keys)) is not None)
        for batch in _batches(named):
            roots = _roots(batch)
            for noted in batch:
                runs.add(noted, roots.get(noted.place))
        runs.end()


@dataclass
class _Run:
    """Seals in a row that are noted and not there, or others in their place. `lost`: how many of them are not there."""

    first: RootLine
    last: RootLine
    since: datetime | None
    seals: int = 0
    rows: int = 0
    lost: int = 0

    @property
    def kind(self) -> str:
        return "removed" if self.lost else "replaced"


class _Runs:
    """Turns a stretch of lost seals into one finding."""

    def __init__(self, report: Report) -> None:
        self.report, self.compared = report, 0
        self.run: _Run | None = None
        self.before: datetime | None = None

    def add(self, line: RootLine, there: str | None) -> None:
        self.compared += 1
        if there == line.root:
            self.end()
            self.before = line.to
            return
        if self.run is None:
            self.run = _Run(line, line, self.before)
        self.run.last = line
        self.run.seals += 1
        self.run.rows += line.rows
        self.run.lost += there is None

    def end(self) -> None:
        if self.run is not None:
            self.report.findings.append(Finding(self.run.kind, self.run.first.place, _describe(self.run)))
        self.run = None


class _ForeignLines:
    """Lines under a key that is not there, after lines of our own: one finding, however many they are.

    Those before any line of ours are not foreign: they are what an emptied database has forgotten, keys included.
    """

    def __init__(self, ours: bool) -> None:
        self.ours, self.lines, self.first = ours, 0, ("", 0)

    def add(self, at: int, line: RootLine, there: str | None) -> bool:
        self.ours = self.ours or line.known is True
        is_foreign = self.ours and line.known is None and line.root != there
        if is_foreign:
            self.first = self.first if self.lines else (line.key, at)
            self.lines += 1
        return is_foreign

    def findings(self, file: RootsFile) -> list[Finding]:
        if not self.lines:
            return []
        (key, at), many = self.first, self.lines != 1
        words = (
            f"{self.lines:,} {'lines' if many else 'line'} of {file.path} (the first near byte {at}) {'are' if many else 'is'} under a key that this "
            f"database does not have ({key!r}): another desk writes into this file, or the key was taken away. Give each desk its own PRESSROOM_AUDIT."
        )
        return [Finding("file", f"byte {at}", words)]


def _describe(run: _Run) -> str:
    span = run.first.place if run.seals == 1 else f"{run.first.place} to {run.last.place}"
    what = f"{run.seals} {'seal' if run.seals == 1 else 'seals'} with {run.rows} {'entry' if run.rows == 1 else 'entries'} ({span})"
    since = f"from {run.since:%Y-%m-%d %H:%M:%S}" if run.since else "from before"
    until = f"{since} to {run.last.to:%Y-%m-%d %H:%M:%S} UTC"
    newest = newest_seal()
    if run.lost and (newest is None or newest.to_at < run.last.to):
        ends = f"ends with {seal_name(newest)}" if newest else "has no seal at all"
        return f"The file outside is ahead of this database: {what}, {until}, are noted there, and the database {ends}. Restored? {RESTORED}"
    now = (
        "are gone from the database, which goes on after them"
        if run.lost == run.seals
        else "are others in the database"
    )
    return f"{what}, {until}, are noted outside and {now}. Restored? {RESTORED}"


def _altered_line(file: RootsFile, at: int) -> Finding:
    return Finding("file", f"byte {at}", f"A line of {file.path} (near byte {at}) is none of ours or was altered.")


def _acknowledges(line: RootLine | None) -> bool:
    return line is not None and line.kind == ACKNOWLEDGED and line.known is True


def _batches(lines: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _roots(lines: list[RootLine]) -> dict[str, str]:
    """The roots of these places, as the database has them."""
    wanted = [_key(line.place) for line in lines if line.place != NOWHERE]
    if not wanted:
        return {}
    found = sa.select(AuditSeal.day, AuditSeal.seq, AuditSeal.root_hash)
    rows = db.session.execute(found.where(sa.tuple_(AuditSeal.day, AuditSeal.seq).in_(wanted)))
    return {f"{day}#{seq}": root for day, seq, root in rows}


def _key(place: str) -> tuple[date, int]:
    day, _, seq = place.partition("#")
    return date.fromisoformat(day), int(seq)
