"""Holding the entries against their seals: names each entry that was changed, deleted or added afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from app.audit.hash_chain import FIRST_ROOT, FORM, KEYED, root, unpack
from app.audit.models import AuditEntry, AuditSeal
from app.audit.queries.keys import unsealed_keys
from app.audit.queries.roots import check_file, check_logs
from app.audit.queries.seals import entry_leaves, micros, seal_name, seals
from app.audit.report import Finding, Mark, Report
from app.audit.roots_file import RootsFile
from app.core.db import db

__all__ = ["Finding", "Report", "verify", "verify_part"]


def verify(file: RootsFile | None = None, logs: Iterable[Iterable[str]] = ()) -> Report:
    """Everything in one go: every seal, its place in the chain, its entries, the file outside, the lines of logs.

    The file's end is read before the database: what is noted was committed before, so no seal under way looks like a loss.
    """
    end = file.size() if file else 0
    keys = unsealed_keys()
    report = _walk(Mark(), keys, None)
    if file is not None:
        check_file(report, file, keys, 0, end)
    check_logs(report, logs, keys)
    return report


def verify_part(file: RootsFile, mark: Mark, most: int) -> Report:
    """At most so many seals after `mark`, and what was noted since. Its mark is where the next part goes on.

    A mark whose seal is not there any more counts for nothing: the check begins anew.
    """
    end = file.size()
    keys = unsealed_keys()
    if mark.to is not None and not _stands(mark):
        mark = Mark(stood=mark.stood)
    report = _walk(mark, keys, most)
    if not report.left:  # the file last: only then has all that it names been looked at
        check_file(report, file, keys, mark.offset if mark.offset <= end else 0, end)
    return report


def _stands(mark: Mark) -> bool:
    there = sa.select(AuditSeal.root_hash).where(AuditSeal.to_at == mark.to)
    return db.session.scalar(there) == mark.root


def _walk(mark: Mark, keys: Mapping[str, bytes], most: int | None) -> Report:
    report, feed, last = Report(), _Feed(mark.to), mark
    for seal in seals(mark.to, most):
        report.seals += 1
        report.rows += seal.rows
        report.findings += _chain(seal, last, keys)
        report.findings += _compare(seal, seal_name(seal), dict(feed.until(seal.to_at)))
        last = replace(last, to=seal.to_at, root=seal.root_hash, keyed=last.keyed or seal.form == KEYED)
        db.session.expunge(seal)
    report.mark, report.newest_root = last, last.root or None
    report.left = most is not None and report.seals == most
    if not report.left:
        report.oldest_unsealed = feed.head
        report.unsealed = sum(1 for _ in feed.until(None))
    return report


class _Feed:
    """The entries in order, read once, handed out span by span."""

    def __init__(self, start: datetime | None) -> None:
        self._rows = entry_leaves(start)
        self._next = next(self._rows, None)

    def until(self, end: datetime | None) -> Iterator[tuple[bytes, bytes]]:
        while self._next is not None and (end is None or self._next[0] < end):
            yield self._next[1], self._next[2]
            self._next = next(self._rows, None)

    @property
    def head(self) -> datetime | None:
        return self._next[0] if self._next else None


def _chain(seal: AuditSeal, before: Mark, keys: Mapping[str, bytes]) -> list[Finding]:
    place, found = seal_name(seal), []
    if seal.prev_root != (before.root or FIRST_ROOT) or (before.to is not None and seal.from_at != before.to):
        found.append(Finding("chain", place, f"A seal before {place} is missing or was replaced."))
    if seal.form == KEYED and seal.key_name not in keys:
        words = f"Seal {place} cannot be checked: its key {seal.key_name!r} is gone or does not open; put the old key back into PRESSROOM_KEYS."
        return [*found, Finding("key", place, words)]
    if seal.form not in (FORM, KEYED) or (seal.form == FORM and before.keyed):
        return [
            *found,
            Finding("seal", place, f"Seal {place} was made without the key, though the seals before it have one."),
        ]
    key = keys[seal.key_name] if seal.form == KEYED and seal.key_name else None
    computed = root(seal.prev_root, place, (micros(seal.from_at), micros(seal.to_at)), seal.leaves, key)
    if computed != seal.root_hash or seal.rows * 48 != len(seal.leaves):
        found.append(Finding("seal", place, f"Seal {place} itself was changed: its root does not match its contents."))
    return found


def _compare(seal: AuditSeal, place: str, now: dict[bytes, bytes]) -> list[Finding]:
    """Entries as sealed against entries as they are."""
    then = dict(unpack(seal.leaves))
    if then == now:
        return []
    different = {key for key in then.keys() & now.keys() if then[key] != now[key]}
    kinds = (("changed", different), ("deleted", then.keys() - now.keys()), ("added", now.keys() - then.keys()))
    return [_finding(kind, place, key, seal) for kind, keys in kinds for key in sorted(keys)]


def _finding(kind: str, place: str, key: bytes, seal: AuditSeal) -> Finding:
    entry_id = uuid.UUID(bytes=key)
    words = f"Entry {entry_id} was {kind} after it was sealed in {place} ({seal.from_at:%Y-%m-%d %H:%M:%S} to {seal.to_at:%H:%M:%S} UTC)"
    span = sa.and_(AuditEntry.occurred_at >= seal.from_at, AuditEntry.occurred_at < seal.to_at)
    entry = db.session.scalar(sa.select(AuditEntry).where(span, AuditEntry.id == entry_id))
    if entry is not None:
        words += (
            f"; it now reads {entry.action} by {entry.actor_name or entry.actor_type} at {entry.occurred_at:%H:%M:%S}"
        )
    return Finding(kind, place, words + ".", str(entry_id))
