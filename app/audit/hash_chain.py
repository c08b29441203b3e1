"""What a seal is made of: entry → 32-byte hash, list of (id, hash) → bytes, bytes → root. Pure; RFC 6234 SHA-256.

An entry's canonical form is a JSON list of its columns as PostgreSQL writes them as text, in a fixed order, so it does
not depend on a driver, a locale or a time zone (the query that reads them sets UTC).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Sequence

FORM = 1
KEYED = 2  # the form of a seal whose root needs the key; those of form 1 were made before there was one
COLUMNS = (
    "trace_id", "actor_type", "actor_id", "actor_name", "entity_type", "entity_id", "entity_label", "action", "tool_name",
    "inputs_hash", "output_summary", "changes", "severity", "ip_address", "user_agent", "session_id", "success", "error_message",
)  # fmt: skip
FIRST_ROOT = "0" * 64
_SIZE = 48


def leaf(micros: int, key: bytes, values: Sequence[str | None]) -> bytes:
    """The hash of one entry: its time in microseconds since 1970, its id, its columns in the order of COLUMNS."""
    text = json.dumps([FORM, micros, key.hex(), *values], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def pack(leaves: Iterable[tuple[bytes, bytes]]) -> bytes:
    """(id, hash) pairs in order, 48 bytes each."""
    return b"".join(key + digest for key, digest in leaves)


def unpack(packed: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The pairs again. A cut last pair is dropped: the root has told of it before."""
    for start in range(0, len(packed) - _SIZE + 1, _SIZE):
        yield packed[start : start + 16], packed[start + 16 : start + _SIZE]


def root(previous: str, place: str, span: tuple[int, int], packed: bytes, key: bytes | None = None) -> str:
    """The root of a seal: over the root before it, its day and number, its span in microseconds and its leaves.

    With `key` an HMAC (RFC 2104), which nobody computes who has the database alone; without, the plain hash of form 1.
    """
    form = FORM if key is None else KEYED
    head = json.dumps([form, previous, place, *span, len(packed) // _SIZE], separators=(",", ":"))
    body = head.encode() + b"\n" + packed
    return hashlib.sha256(body).hexdigest() if key is None else hmac.new(key, b"root\n" + body, "sha256").hexdigest()
