"""Holding the entries against their seals: names each entry that was changed, deleted or added afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from app.audit.leaves import FIRST_ROOT, root, unpack
from app.audit.models import AuditEntry, AuditSeal
from app.audit.queries.sealed import entry_leaves, micros, seals
from app.core.db import db


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind`: changed, deleted or added (an entry), seal (the seal itself), chain (a seal is missing)."""

    kind: str
    place: str
    words: str
    entry_id: str | None = None


@dataclass
class Report:
    seals: int = 0
    rows: int = 0
    unsealed: int = 0
    oldest_unsealed: datetime | None = None
    newest_root: str | None = None
    findings: list[Finding] = field(default_factory=list)


def verify(roots: dict[str, str] | None = None) -> Report:
    """Check every seal, its place in the chain and its entries. `roots` are {"day#seq": root} from outside the
    database (the logs): they tell when seals themselves were rewritten."""
    report, feed = Report(), _Feed()
    previous, before = FIRST_ROOT, None
    for seal in seals():
        place = f"{seal.day}#{seal.seq}"
        report.seals += 1
        report.rows += seal.rows
        report.findings += _chain(seal, place, previous, before)
        report.findings += _compare(seal, place, dict(feed.until(seal.to_at)))
        expected = (roots or {}).pop(place, seal.root_hash)
        if expected != seal.root_hash:
            report.findings.append(
                Finding("seal", place, f"Seal {place} is not the one that was logged: its root was {expected}.")
            )
        previous, before = seal.root_hash, seal.to_at
        db.session.expunge(seal)
    for place, lost in (roots or {}).items():
        report.findings.append(
            Finding("chain", place, f"Seal {place} with root {lost} was logged but is not in the database.")
        )
    report.newest_root = previous if report.seals else None
    _count_rest(report, feed)
    return report


class _Feed:
    """The entries in order, read once, handed out span by span."""

    def __init__(self) -> None:
        self._rows = entry_leaves()
        self._next = next(self._rows, None)

    def until(self, end: datetime | None) -> Iterator[tuple[bytes, bytes]]:
        while self._next is not None and (end is None or self._next[0] < end):
            yield self._next[1], self._next[2]
            self._next = next(self._rows, None)

    @property
    def head(self) -> datetime | None:
        return self._next[0] if self._next else None


def _chain(seal: AuditSeal, place: str, previous: str, before: datetime | None) -> list[Finding]:
    found = []
    if seal.prev_root != previous or (before is not None and seal.from_at != before):
        found.append(Finding("chain", place, f"A seal before {place} is missing or was replaced."))
    computed = root(seal.prev_root, place, (micros(seal.from_at), micros(seal.to_at)), seal.leaves)
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


def _count_rest(report: Report, feed: _Feed) -> None:
    report.oldest_unsealed = feed.head
    report.unsealed = sum(1 for _ in feed.until(None))
