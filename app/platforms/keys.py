"""Client keys: what marks one publication towards a platform."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime, timedelta

TID_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def random_key() -> str:
    """A key without meaning, for platforms that take any (Idempotency-Key, webhook-id)."""
    return str(uuid.uuid4())


def tid(now: datetime, clock_id: int | None = None) -> str:
    """An AT Protocol TID: 53 bits of microseconds, 10 of a random clock id, base32-sortable, 13 characters.

    Source: https://atproto.com/specs/tid
    """
    micros = (now - EPOCH) // timedelta(microseconds=1)
    number = (micros << 10) | (secrets.randbelow(1024) if clock_id is None else clock_id & 1023)
    return "".join(TID_ALPHABET[(number >> shift) & 31] for shift in range(60, -1, -5))


def tid_time(key: str) -> datetime:
    """When a TID was made; ValueError when it is not one."""
    if len(key) != 13:
        raise ValueError(f"not a TID: {key!r}")
    number = 0
    for char in key:
        number = (number << 5) | TID_ALPHABET.index(char)
    return EPOCH + timedelta(microseconds=number >> 10)
