"""Passwords: argon2id (RFC 9106), what a good one is, what it costs. Pure.

Parameters: OWASP's second choice (19 MiB, 2 passes, 1 lane): about 25 ms, and a flood of sign-ins cannot fill the memory,
because at most two hashes run at a time in a process. argon2-cffi gives the GIL back while it works.
"""

from __future__ import annotations

import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.lib.errors import TooMany
from app.staff import guessable

SHORTEST, LONGEST = 12, 200
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_turns = threading.BoundedSemaphore(2)
_PATIENCE = 10.0  # seconds


def hash_password(plain: str) -> str:
    """The argon2id hash in PHC form. Raises TooMany when the process is busy with others for ten seconds."""
    with _HashingSlot():
        return _hasher.hash(_normalize(plain))


def verify(stored: str | None, plain: str) -> bool:
    """Whether `plain` is the password. The same work is done when there is no such person (`stored` None)."""
    with _HashingSlot():
        try:
            return _hasher.verify(stored or _decoy_hash(), _normalize(plain)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def complaint(plain: str, *own_words: str) -> str | None:
    """What is wrong with a new password, as a sentence; None when it is good: length and a block list, no composition
    (NIST SP 800-63B 3.1.1.2, ASVS 5.0 6.2)."""
    if len(plain) < SHORTEST:
        return f"Use at least {SHORTEST} characters. A few words in a row are easy to remember."
    if len(plain) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if guessable.is_own(plain, (*own_words, "pressroom")):
        return "This is little more than a name that others know: yours, your address, or this desk's. Use other words."
    if len(set(plain)) < 5 or guessable.is_common(plain):
        return "This one is among the first that a stranger would try. Use a few words that do not belong together."
    return None


def random_password() -> str:
    """Four groups of four letters and digits: 80 bits, to be read out or typed."""
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))


def _normalize(plain: str) -> str:
    """The same password from every keyboard: NFKC, cut far beyond the longest that can be set."""
    return unicodedata.normalize("NFKC", plain[: LONGEST * 4])


class _HashingSlot:
    """One of the two hashes that may be made at a time; raises TooMany after `_PATIENCE` seconds."""

    def __enter__(self) -> None:
        if not _turns.acquire(timeout=_PATIENCE):
            raise TooMany("Too many people sign in at this moment. Wait a few seconds and try again.", retry_after=5)

    def __exit__(self, *_: object) -> None:
        _turns.release()


_decoy_hashes: list[str] = []


def _decoy_hash() -> str:
    """A hash that no password opens, made when first needed."""
    if not _decoy_hashes:
        _decoy_hashes.append(_hasher.hash(secrets.token_hex(32)))
    return _decoy_hashes[0]
