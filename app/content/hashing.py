"""SHA-256 over canonical JSON (RFC 8785): what an approval is bound to. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785

HASHED = ("schema", "title", "body", "language", "variants", "media", "disclosure", "link_rules")
EMPTY: dict[str, Any] = {
    "schema": 1, "title": "", "body": "", "language": "en", "variants": {}, "media": [], "disclosure": "none", "link_rules": {},
}  # fmt: skip


def canonical(value: Any) -> bytes:
    """Bytes that are equal for equal JSON values, whatever the order of keys or the form of numbers."""
    return rfc8785.dumps(value)


def content_hash(payload: Mapping[str, Any]) -> str:
    """64 hex digits over everything that can change what goes out; other keys of the payload are notes and do not count."""
    return sha256(canonical({key: payload.get(key, EMPTY[key]) for key in HASHED}))


def sha256(data: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(data).hexdigest()
