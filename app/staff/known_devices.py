"""Devices that somebody has signed in with before, by a cookie (OWASP's "device cookies").

The cookie proves nothing but this: whoever sends it has once been let in as that person, with today's password and second
factor. So wrong tries of strangers are not held against it, and its own wrong tries are counted by themselves. Nothing is
stored: each entry is `nonce.day.mac`, the mac over the person and `users.door_epoch`, which rises when the password, the
address, the state or the second factor changes. Several people may share a browser; each has an entry.
"""

from __future__ import annotations

import hmac
import secrets
import uuid
from typing import Protocol

from app.core.crypto import keyed_hash
from app.lib import clock

DAYS = 180
MOST = 5  # people in one browser
LONGEST = 600  # characters of the cookie that are looked at
_HEX = 40  # 160 bits of the HMAC-SHA256
_DAY = 86_400


class Owner(Protocol):
    @property
    def id(self) -> uuid.UUID: ...

    @property
    def credentials_epoch(self) -> int: ...


def cookie_name(secure: bool) -> str:
    """`__Host-`: only this host may set it (RFC 6265bis); browsers take that prefix over https alone."""
    return "__Host-device" if secure else "device"


def add_device(cookie: str | None, owner: Owner) -> str:
    """The cookie with a new entry for `owner` in front; an older entry of theirs and the oldest beyond `MOST` go."""
    others = [entry for entry in _entries(cookie) if not _belongs_to(entry, owner)]
    head = f"{secrets.token_urlsafe(16)}.{_today():x}"
    return "~".join([f"{head}.{_mac(head, owner)}", *others][:MOST])


def device_nonce(cookie: str | None, owner: Owner) -> str | None:
    """The nonce of the entry that makes this browser one of `owner`'s; None for a stranger's."""
    for entry in _entries(cookie):
        if _belongs_to(entry, owner):
            return entry.partition(".")[0]
    return None


def _belongs_to(entry: str, owner: Owner) -> bool:
    head, _, mac = entry.rpartition(".")
    try:
        age = _today() - int(head.rpartition(".")[2], 16)
    except ValueError:
        return False
    return -1 <= age <= DAYS and hmac.compare_digest(mac.encode(), _mac(head, owner).encode())


def _entries(cookie: str | None) -> list[str]:
    return [entry for entry in (cookie or "")[:LONGEST].split("~") if entry.count(".") == 2][:MOST]


def _mac(head: str, owner: Owner) -> str:
    return keyed_hash(f"{head}:{owner.id}:{owner.credentials_epoch}", "known-device")[:_HEX]


def _today() -> int:
    return int(clock.now().timestamp() // _DAY)
