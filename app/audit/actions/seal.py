"""Sealing: each minute, all entries that no running transaction can still add to.

1. one sealer at a time (advisory lock)
2. ask the database for the horizon: the start of the oldest running transaction
3. hash the entries between the last seal and the horizon, in order
4. write the seal; log its root, so that a copy lies outside the database
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.audit.leaves import FIRST_ROOT, FORM, pack, root
from app.audit.models import AuditSeal
from app.audit.queries.sealed import entry_leaves, micros, newest_seal
from app.core.db import db
from app.core.locks import advisory

log = logging.getLogger("pressroom.audit.seals")
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


MARGIN = timedelta(seconds=2)


def seal(margin: timedelta = MARGIN) -> AuditSeal | None:
    """Seal what can be sealed. None when no time has passed or an old transaction stands in the way.

    `margin` is left unsealed for a transaction that has read the clock but does not show yet.
    """
    advisory("audit.seal")
    horizon: datetime | None = db.session.scalar(
        sa.select(sa.func.audit_horizon(margin, type_=sa.DateTime(timezone=True)))
    )
    last = newest_seal()
    start = last.to_at if last else BEGINNING
    if horizon is None or horizon <= start:
        return None
    packed = pack((key, digest) for _, key, digest in entry_leaves(start, horizon))
    previous = last.root_hash if last else FIRST_ROOT
    day = horizon.astimezone(UTC).date()
    seq = last.seq + 1 if last and last.day == day else 1
    made = AuditSeal(
        day=day, seq=seq, from_at=start, to_at=horizon, rows=len(packed) // 48, prev_root=previous, leaves=packed, form=FORM,
        root_hash=root(previous, f"{day}#{seq}", (micros(start), micros(horizon)), packed),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    log.info("audit seal day=%s seq=%d rows=%d root=%s", made.day, made.seq, made.rows, made.root_hash)
    return made
