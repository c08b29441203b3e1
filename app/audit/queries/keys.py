"""The keys of the seals, unsealed by the app's own key ring."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import sqlalchemy as sa

from app.audit.models import AuditKey, AuditSeal
from app.core import crypto
from app.core.db import db


def context(name: str) -> str:
    """What a sealed key is bound to."""
    return f"audit_keys:{name}:sealed"


def unsealed_keys() -> dict[str, bytes]:
    """The keys that can be opened, by name. One that is missing cannot be: its ring key is gone, or it was altered."""
    found: dict[str, bytes] = {}
    for row in db.session.scalars(sa.select(AuditKey)):
        try:
            found[row.id] = base64.b64decode(crypto.unseal(row.sealed, context=context(row.id)))
        except (crypto.Unsealable, ValueError):
            continue
    return found


def count_by_ring_key() -> Mapping[str, int]:
    """How many keys of the seals each key of the ring has sealed."""
    used: dict[str, int] = {}
    for sealed in db.session.scalars(sa.select(AuditKey.sealed)):
        name = crypto.key_id(sealed) if sealed.count(".") == 2 else ""
        used[name] = used.get(name, 0) + 1
    return used


def newest_keyed(skip: int = 0) -> AuditSeal | None:
    """The last seal under a key, or one so many before it."""
    keyed = sa.select(AuditSeal).where(AuditSeal.key_name.is_not(None))
    return db.session.scalar(keyed.order_by(AuditSeal.to_at.desc()).offset(skip).limit(1))
