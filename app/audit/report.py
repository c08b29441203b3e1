"""What a check of the trail says: findings, and the mark from which the next one goes on. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind`: changed, deleted or added (an entry); seal (the seal itself); chain (a seal is missing); key (it cannot be
    checked); removed or replaced (seals that are noted outside); file (the file outside was altered)."""

    kind: str
    place: str
    words: str
    entry_id: str | None = None


@dataclass(frozen=True, slots=True)
class Stood:
    """What a check found in the file outside: the bytes of [start, end) had this digest. The file is only added to."""

    start: int
    end: int
    digest: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where all was found in order: the last seal (its end and root, whether it was keyed), the file's line, and what
    stood before that line. `stood` outlives a beginning anew; `flask audit acknowledge` takes it away."""

    to: datetime | None = None
    root: str = ""
    keyed: bool = False
    offset: int = 0
    stood: Stood | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "to": self.to.isoformat() if self.to else None, "root": self.root, "keyed": self.keyed, "offset": self.offset,
            "stood": [self.stood.start, self.stood.end, self.stood.digest] if self.stood else None,
        }  # fmt: skip

    @classmethod
    def of(cls, stored: dict[str, Any] | None) -> Mark:
        if not stored or not stored.get("to"):
            return cls()
        stood = Stood(*stored["stood"]) if stored.get("stood") else None  # none in marks of an earlier version
        return cls(
            datetime.fromisoformat(stored["to"]),
            str(stored["root"]),
            bool(stored["keyed"]),
            int(stored["offset"]),
            stood,
        )


@dataclass
class Report:
    seals: int = 0
    rows: int = 0
    unsealed: int = 0
    oldest_unsealed: datetime | None = None
    newest_root: str | None = None
    noted: int = 0  # lines of the file outside that were compared
    left: bool = False  # more seals wait for the next part
    findings: list[Finding] = field(default_factory=list)
    mark: Mark = field(default_factory=Mark)
