"""Client keys: what marks one publication towards a platform."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime, timedelta

TID_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CLOCK_BITS = 10
TID_LENGTH = 13
SECOND = 1_000_000


def random_key() -> str:
    """A key without meaning, for platforms that take any (Idempotency-Key, webhook-id)."""
    return str(uuid.uuid4())


def tid(now: datetime, clock_id: int | None = None) -> str:
    """An AT Protocol TID: 53 bits of microseconds, 10 of a random clock id, base32-sortable, 13 characters.

    Source: https://atproto.com/specs/tid
    """
    return _tid(_micros(now), secrets.randbelow(1 << CLOCK_BITS) if clock_id is None else clock_id)


def tid_time(key: str) -> datetime:
    """When a TID was made; ValueError when it is not one."""
    return EPOCH + timedelta(microseconds=_parts(key)[0])


def is_tid(key: str) -> bool:
    """Whether it has the form of one: the first character holds no sign bit."""
    return len(key) == TID_LENGTH and key[0] in TID_ALPHABET[:16] and all(char in TID_ALPHABET for char in key)


def tid_mark(key: str) -> tuple[int, int]:
    """What stays in a TID when it is dated anew: the microseconds of its second and the clock id, some 30 random bits where
    both were drawn. ValueError when it is no TID."""
    micros, clock_id = _parts(key)
    return micros % SECOND, clock_id


def renewed_tid(key: str, now: datetime) -> str:
    """The same mark in the last second that is not after `now`; a key that is no TID is made anew altogether."""
    try:
        fraction, clock_id = tid_mark(key)
    except ValueError:
        return tid(now)
    return _tid((_micros(now) - fraction) // SECOND * SECOND + fraction, clock_id)


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def _tid(micros: int, clock_id: int) -> str:
    number = (micros << CLOCK_BITS) | (clock_id & ((1 << CLOCK_BITS) - 1))
    return "".join(TID_ALPHABET[(number >> shift) & 31] for shift in range(60, -1, -5))


def _parts(key: str) -> tuple[int, int]:
    """Microseconds since 1970 and clock id."""
    if not is_tid(key):
        raise ValueError(f"not a TID: {key!r}")
    number = 0
    for char in key:
        number = (number << 5) | TID_ALPHABET.index(char)
    return number >> CLOCK_BITS, number & ((1 << CLOCK_BITS) - 1)
