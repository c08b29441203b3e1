"""What is left of somebody's recovery codes, and what seals the secrets of authenticators."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from app.core.db import db
from app.staff.models import RecoveryCode, User


def codes_left(user_id: uuid.UUID) -> int:
    """How many were not used yet."""
    unused = sa.and_(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode).where(unused)) or 0


def factor_keys() -> dict[str, int]:
    """Key id → secrets of authenticators that it seals (`v1.<key id>.<…>`)."""
    key = sa.func.split_part(User.totp_secret, ".", 2)
    counted = sa.select(key, sa.func.count()).where(User.totp_secret.is_not(None)).group_by(key)
    return dict(db.session.execute(counted).all())
