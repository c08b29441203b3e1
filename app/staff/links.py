"""Links for invitations and new passwords: an id and a signature over what the row says. Nothing secret is stored.

Not itsdangerous: it signs what a token carries, while here the signed part (nonce, expiry) stays in the row, so that a link that
was used or sent anew is void. Only its HMAC would be left to use, and links already in people's mail would end.
"""

from __future__ import annotations

import hmac
import uuid
from datetime import UTC, datetime
from typing import Protocol

from app.core.crypto import keyed_hash

_HEX = 40  # 160 bits of the HMAC-SHA256


class LinkRow(Protocol):
    id: uuid.UUID
    nonce: str
    expires_at: datetime


def make_token(row: LinkRow, purpose: str) -> str:
    """The token of the row's link; a new nonce or expiry makes a new one and voids the old."""
    return row.id.hex + _mac(row, purpose)


def parse_row_id(token: str) -> uuid.UUID | None:
    """The row a token speaks of, None for garbage. Not proof of anything: see `matches`."""
    try:
        return uuid.UUID(hex=token[:32]) if len(token) == 32 + _HEX else None
    except ValueError:
        return None


def matches(row: LinkRow, token: str, purpose: str) -> bool:
    """Whether the token was made for this row as it stands; compared in constant time."""
    return hmac.compare_digest(token[32:].encode(), _mac(row, purpose).encode())


def _mac(row: LinkRow, purpose: str) -> str:
    moment = row.expires_at.astimezone(UTC).isoformat(timespec="seconds")
    return keyed_hash(f"{row.id}:{row.nonce}:{moment}", purpose)[:_HEX]
