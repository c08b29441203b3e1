"""The key that seals: made when there is none under the ring's newest key, kept sealed by the ring."""

from __future__ import annotations

import base64
import logging
import secrets

import sqlalchemy as sa

from app.audit.models import AuditKey
from app.audit.queries.keys import context, unsealed_keys
from app.core import crypto
from app.core.db import db

log = logging.getLogger(__name__)


def sealing_key() -> tuple[str, bytes]:
    """(name, key) for a new seal; the caller holds the sealers' lock. Raises Unsealable while PRESSROOM_KEYS is empty."""
    newest = crypto.ring().newest
    made = sa.select(AuditKey.id).where(AuditKey.made_under == newest).order_by(AuditKey.made_at.desc())
    keys = unsealed_keys()
    for name in db.session.scalars(made):
        if name in keys:
            return name, keys[name]
        log.error(
            "the audit key %s cannot be opened any more; a new one is made, and `flask audit verify` says so", name
        )
    name, key = f"a-{secrets.token_hex(6)}", secrets.token_bytes(32)
    sealed = crypto.seal(base64.b64encode(key).decode(), context=context(name))
    db.session.add(AuditKey(id=name, made_under=newest, sealed=sealed))
    db.session.flush()
    return name, key


def reseal_keys() -> int:
    """Seal the keys under the newest key of the ring, so that older ones may go. Returns how many were under another one.

    Raises Unsealable for one that does not open.
    """
    newest, done = crypto.ring().newest, 0
    for row in db.session.scalars(sa.select(AuditKey).with_for_update()):
        if crypto.key_id(row.sealed) != newest:
            row.sealed = crypto.reseal(row.sealed, context=context(row.id))
            done += 1
    return done
