"""`Exchange`: one HTTP call as it went, good or bad. The transport never raises for network trouble; it returns this."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

ErrorKind = Literal[
    "",
    "blocked",
    "redirect",
    "dns",
    "connect",
    "tls",
    "timeout",
    "reset",
    "truncated",
    "too_large",
    "protocol",
    "bad_request",
]


@dataclass(frozen=True)
class Sending:
    """What `before_first_byte` is told: the redacted request and the fingerprint of the real one."""

    method: str
    url: str
    fingerprint: str  # SHA-256 of method, full URL and body
    request: Mapping[str, Any]
    request_id: str


@dataclass(frozen=True)
class Exchange:
    """`request` and `response` are redacted, capped copies for storing; `headers` and `body` are the real answer.

    `error` is "" when a whole answer was read. `bytes_left` is False only when surely no byte of the request left.
    A status may stand beside an error: the head was read, the body was cut off.
    """

    method: str
    url: str
    bytes_left: bool
    started_at: datetime
    duration_ms: int
    request_id: str
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = field(default=b"", repr=False)
    error: ErrorKind = ""
    detail: str = ""
    request: Mapping[str, Any] = field(default_factory=dict, repr=False)
    response: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        """A whole answer with a 2xx status."""
        return not self.error and self.status is not None and 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON, or None when it is not."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def object(self) -> dict[str, Any]:
        """The body as a JSON object; {} when it is anything else."""
        value = self.json()
        return value if isinstance(value, dict) else {}
