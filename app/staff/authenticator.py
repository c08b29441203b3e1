"""Codes of an authenticator (TOTP, RFC 6238: SHA-1, six digits, 30 s) and recovery codes. Pure.

A code belongs to a step of 30 s. One step before and after is taken, for clocks that differ; a step is used once, so a code
that somebody looked at over a shoulder opens nothing (RFC 6238 5.2). Recovery codes have 120 bits: their hash needs no salt
(ASVS 5.0 6.5.2).
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime

import pyotp
import segno

STEP, AROUND = 30, 1
CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no l, o, i, 0, 1; 31 letters, 24 of them: 118 bits
_GROUPS, _GROUP = 6, 4


def new_secret() -> str:
    """160 bits in base32, as RFC 4226 recommends."""
    return str(pyotp.random_base32(32))


def uri(secret: str, email: str, desk: str) -> str:
    """What an authenticator reads from the picture."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"Pressroom {desk}".strip()))


def qr_code(address: str) -> str:
    """The address as a QR code: a `data:` SVG without styles, drawn here; dark on white in every theme."""
    drawn = segno.make(address, error="m", micro=False)
    return str(drawn.svg_data_uri(scale=5, border=4, dark="#000", light="#fff", nl=False, xmldecl=False))


def group_in_fours(secret: str) -> str:
    """In fours, to be typed."""
    return " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))


def matching_step(secret: str, code: str, now: datetime, used: int | None) -> int | None:
    """The step that the code belongs to; None when it is wrong, too old, or its step was used already."""
    code = re.sub(r"\s", "", code)
    if not (code.isascii() and code.isdigit() and len(code) == 6):
        return None
    current, totp = int(now.timestamp()) // STEP, pyotp.TOTP(secret)
    if used is not None and used > current + AROUND:
        used = None  # the server's clock was ahead and was put back: its owner is not kept out until it is there again
    found = None
    for step in range(current - AROUND, current + AROUND + 1):
        if hmac.compare_digest(totp.generate_otp(step), code) and (used is None or step > used):
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes to write down, each good for one sign-in."""
    return ["-".join(_group() for _ in range(_GROUPS)) for _ in range(CODES)]


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP))


def normalize_recovery_code(typed: str) -> str | None:
    """A recovery code as it was made, however it was typed; None for what is none."""
    letters = re.sub(r"[^a-z0-9]", "", typed.lower()) if len(typed) <= 100 else ""
    if len(letters) != _GROUPS * _GROUP:
        return None
    return "-".join(letters[n : n + _GROUP] for n in range(0, len(letters), _GROUP))
