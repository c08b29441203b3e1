"""The file outside the database: one line for each seal, written after its commit, only added to.

    audit-seal v2 place=2026-11-20#12 to=2026-11-20T10:52:00.000000Z rows=3 root=<64 hex> key=<name> check=<64 hex>

`check` is an HMAC of the line under the key of the seals: a text that merely looks like such a line (a file name with a
line break, say, in a log) cannot imitate it. `audit-acknowledged` lines say that a person has seen that the database was
put back; the file is held against the database from the last of them on. Knows files and lines; no database, no Flask.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

SEAL, ACKNOWLEDGED = "audit-seal", "audit-acknowledged"
NOWHERE = "none"  # the place of an acknowledgement while there is no seal
_LINE = re.compile(
    r"(audit-seal|audit-acknowledged) v2 place=(none|\d{4}-\d\d-\d\d#\d{1,9}) "
    r"to=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) rows=(\d{1,9}) root=([0-9a-f]{64}) key=([a-z0-9-]{1,40}) check=([0-9a-f]{64})",
    re.ASCII,
)
_LOGGED = re.compile(r"[\d-]{10} [\d:,]{12} INFO pressroom\.audit\.seals (audit-seal v2 [ -~]+)", re.ASCII)
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
TAIL = 4096  # bytes; a line has fewer than 300


@dataclass(frozen=True, slots=True)
class RootLine:
    """A line, read. `known`: its check holds; None when its key is not there."""

    kind: str
    place: str
    to: datetime
    rows: int
    root: str
    key: str
    known: bool | None = None


def format_line(kind: str, place: str, to: datetime, rows: int, root: str, key: tuple[str, bytes]) -> str:
    """The line, without its end. `key` is (name, bytes)."""
    text = f"{kind} v2 place={place} to={to.astimezone(UTC).strftime(_TIME)} rows={rows} root={root} key={key[0]}"
    return f"{text} check={_check(text, key[1])}"


def parse_line(text: str, keys: Mapping[str, bytes]) -> RootLine | None:
    """None for anything that is not exactly such a line."""
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    kind, place, to, rows, root, name, check = found.groups()
    try:
        moment = datetime.fromisoformat(to)
    except ValueError:
        return None
    key = keys.get(name)
    known = None if key is None else hmac.compare_digest(_check(text.rpartition(" check=")[0], key), check)
    return RootLine(kind, place, moment, int(rows), root, name, known)


def parse_log_line(text: str, keys: Mapping[str, bytes]) -> RootLine | None:
    """The seal that a line of a log names; only when its check holds: what others wrote into a log proves nothing."""
    found = _LOGGED.fullmatch(text)
    noted = parse_line(found[1], keys) if found else None
    return noted if noted is not None and noted.known else None


def _check(text: str, key: bytes) -> str:
    return hmac.new(key, b"line\n" + text.encode(), "sha256").hexdigest()


class FileLine(NamedTuple):
    """Where it begins, its text, and what was read; None when it is no line of ours."""

    at: int
    text: str
    parsed: RootLine | None


class RootsFile:
    """`roots.log` in the folder that PRESSROOM_AUDIT names. Raises OSError when it cannot be read or written."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "roots.log"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One writer at a time; waits for the other."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def size(self) -> int:
        """Bytes; 0 when there is no such file."""
        return self.path.stat().st_size if self.path.exists() else 0

    def append(self, lines: list[str]) -> None:
        """Add lines at the end, on the disk when this returns. A line that a crash cut short is ended first."""
        text = "".join(f"{text}\n" for text in lines).encode("ascii")
        with open(self.path, "ab+") as out:
            if out.tell() and self._last_byte() != b"\n":
                text = b"\n" + text
            out.write(text)
            out.flush()
            os.fsync(out.fileno())

    def _last_byte(self) -> bytes:
        with open(self.path, "rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1)

    def last(self, keys: Mapping[str, bytes]) -> RootLine | None:
        """How far the seals are noted: the latest line of ours since the last acknowledgement.

        Only lines whose check holds count: others can be written by anybody, with any date, at any number.
        """
        end, length = self.size(), TAIL
        while True:
            start = max(0, end - length)
            ours = [noted for _, _, noted in self.lines(keys, start, end) if noted is not None and noted.known]
            if ours or not start:
                break
            length *= 8
        begun = max((at for at, noted in enumerate(ours) if noted.kind == ACKNOWLEDGED), default=0)
        return max(ours[begun:], key=lambda noted: noted.to, default=None)

    def digest(self, start: int, end: int) -> str:
        """SHA-256 of the bytes of [start, end), as far as they are there."""
        found = hashlib.sha256()
        if self.path.exists():
            with open(self.path, "rb") as file:
                file.seek(start)
                while start < end and (some := file.read(min(1 << 20, end - start))):
                    found.update(some)
                    start += len(some)
        return found.hexdigest()

    def lines(self, keys: Mapping[str, bytes], start: int, end: int) -> Iterator[FileLine]:
        """All whole lines of [start, end)."""
        if end <= start:
            return
        with open(self.path, "rb") as file:
            file.seek(start)
            at = start
            while at < end and (raw := file.readline(65536)):
                if raw.endswith(b"\n"):
                    text = raw[:-1].decode("ascii", "replace")
                    if text:
                        yield FileLine(at, text, parse_line(text, keys))
                at += len(raw)
