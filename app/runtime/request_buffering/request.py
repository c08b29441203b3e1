"""A request that is being received, and the answers to those that are taken no further."""

from __future__ import annotations

import re
import tempfile
import time
from typing import IO

from app.runtime.request_buffering import limits

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n", re.IGNORECASE)
_MAX_LENGTH_DIGITS = 12
_CHUNKED = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_CONTINUE = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)


def _refusal(status: str, more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{more}Connection: close\r\nContent-Length: 0\r\n\r\n".encode()


TOO_MUCH = _refusal("503 Service Unavailable", "Retry-After: 10\r\n")
_HEAD_TOO_LONG = _refusal("431 Request Header Fields Too Large")
_NO_LENGTH = _refusal("411 Length Required")
_NO_TRUE_LENGTH = _refusal("400 Bad Request")


class IncomingRequest:
    """A request on its way in."""

    def __init__(self) -> None:
        self.deadline = time.monotonic() + limits.HEAD_SECONDS
        self.buffer: IO[bytes] = tempfile.SpooledTemporaryFile(limits.SPOOL)  # noqa: SIM115 — closed by whoever reads it
        self.head = b""
        self.size = 0
        self.full_size: int | None = None
        self.refusal = b""

    def add(self, data: bytes) -> None:
        """What came. Where its head ends, how long all of it will be."""
        self.buffer.write(data)
        self.size += len(data)
        if self.full_size is None:
            seen = max(len(self.head) - 3, 0)
            self.head += data
            if (end := self.head.find(b"\r\n\r\n", seen)) >= 0:
                self._measure(end + 2)

    def _measure(self, end: int) -> None:
        """Of the head up to `end`. What it says of a length in other words, gunicorn refuses without a look at the body."""
        found = _LENGTH.search(self.head, 0, end)
        digits = found[1].lstrip(b"0") if found else b""
        if _CHUNKED.search(self.head, 0, end):
            self.refusal = _NO_TRUE_LENGTH if found else _NO_LENGTH
        elif len(digits) > _MAX_LENGTH_DIGITS:
            self.refusal = _NO_TRUE_LENGTH
        body = 0 if self.refusal else int(digits or 0)
        self.full_size = end + 2 + body
        self.deadline = time.monotonic() + limits.BODY_SECONDS + body / limits.RATE

    @property
    def is_complete(self) -> bool:
        return self.full_size is not None and self.size >= self.full_size

    @property
    def rejection(self) -> bytes:
        """The answer to what the loop takes no further: among them a head without an end."""
        return _HEAD_TOO_LONG if self.full_size is None and self.size >= limits.MAX_HEAD else self.refusal

    @property
    def large(self) -> int:
        """Bytes that count towards LARGE_TOTAL."""
        return self.full_size if self.full_size and self.full_size > limits.LARGE else 0

    @property
    def expects_continue(self) -> bool:
        return _CONTINUE.search(self.head) is not None
