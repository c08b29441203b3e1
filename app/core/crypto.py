"""Secrets at rest: AES-256-GCM bound to the row and field they belong to, under a ring of keys.

A sealed value is `v1.<key id>.<base64url(nonce ‖ ciphertext ‖ tag)>`. The context ("table:row:field") is
authenticated, so a sealed value copied to another row does not open. NIST SP 800-38D: 96-bit random nonces.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, current_app


class Unsealable(Exception):
    """The value cannot be opened: another key, another row, or altered. Never carries the value."""


@dataclass(frozen=True)
class KeyRing:
    """Keys by id; the first one seals, all of them open."""

    keys: tuple[tuple[str, bytes], ...] = field(repr=False)

    def __post_init__(self) -> None:
        if any(len(key) != 32 for _, key in self.keys):
            raise ValueError("each key of PRESSROOM_KEYS must be 32 bytes")

    @property
    def newest(self) -> str:
        """The id of the key that seals."""
        return self._first()[0]

    def seal(self, plain: str, context: str) -> str:
        key_id, key = self._first()
        nonce = secrets.token_bytes(12)
        sealed = AESGCM(key).encrypt(nonce, plain.encode(), context.encode())
        return f"v1.{key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode().rstrip('=')}"

    def unseal(self, sealed: str, context: str) -> str:
        try:
            version, key_id, body = sealed.split(".", 2)
            raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
            if version != "v1":
                raise ValueError
            return AESGCM(dict(self.keys)[key_id]).decrypt(raw[:12], raw[12:], context.encode()).decode()
        except KeyError:
            raise Unsealable("the key of this secret is not in PRESSROOM_KEYS") from None
        except (ValueError, InvalidTag):
            raise Unsealable("this secret was altered or belongs to another row") from None

    def _first(self) -> tuple[str, bytes]:
        if not self.keys:
            raise Unsealable("PRESSROOM_KEYS is empty: no secret can be sealed or opened")
        return self.keys[0]


def ring() -> KeyRing:
    """The ring of this app."""
    found: KeyRing = current_app.extensions["keyring"]
    return found


def seal(plain: str, *, context: str) -> str:
    """Seal a secret for one row and field."""
    return ring().seal(plain, context)


def unseal(sealed: str, *, context: str) -> str:
    """Open a secret. Raises Unsealable."""
    return ring().unseal(sealed, context)


def key_id(sealed: str) -> str:
    """Which key sealed it."""
    return sealed.split(".", 2)[1]


def reseal(sealed: str, *, context: str) -> str:
    """The same secret under the newest key."""
    return seal(unseal(sealed, context=context), context=context)


def token() -> str:
    """An unguessable token of 256 bits for links and sessions."""
    return secrets.token_urlsafe(32)


def digest(value: str) -> str:
    """SHA-256 in hexadecimal: how tokens are stored."""
    return hashlib.sha256(value.encode()).hexdigest()


def keyed_hash(value: str, purpose: str) -> str:
    """HMAC-SHA256 under the app's secret, for values that must be comparable but not readable."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"{purpose}:{value}".encode(), hashlib.sha256).hexdigest()


def init_app(app: Flask, keys: tuple[tuple[str, bytes], ...]) -> None:
    """Give the app its ring."""
    app.extensions["keyring"] = KeyRing(tuple(keys))
