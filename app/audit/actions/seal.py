"""Sealing: each minute, all entries that no running transaction can still add to.

1. one sealer at a time (advisory lock)
2. ask the database for the horizon: the start of the oldest running transaction
3. hash the entries between the last seal and the horizon, in order
4. write the seal, its root under the key (actions/keys.py)

When that is committed, `note_roots` writes what is new into the file outside and into the log. In this order: a crash
between the two leaves a seal that is noted a minute later; the other way round it would leave a false alarm.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.audit.actions.checks import forget_file_span
from app.audit.actions.keys import sealing_key
from app.audit.actions.record import record
from app.audit.hash_chain import FIRST_ROOT, KEYED, pack, root
from app.audit.models import AuditSeal
from app.audit.queries.keys import newest_keyed, unsealed_keys
from app.audit.queries.seals import entry_leaves, micros, newest_seal, seal_name
from app.audit.roots_file import ACKNOWLEDGED, NOWHERE, SEAL, RootsFile, format_line
from app.core.db import db
from app.core.locks import advisory

log = logging.getLogger("pressroom.audit.seals")
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


MARGIN = timedelta(seconds=2)
MOST_LINES = 5_000  # at once; the rest a minute later


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
    name, key = sealing_key()
    packed = pack((key, digest) for _, key, digest in entry_leaves(start, horizon))
    previous = last.root_hash if last else FIRST_ROOT
    day = horizon.astimezone(UTC).date()
    seq = last.seq + 1 if last and last.day == day else 1
    made = AuditSeal(
        day=day, seq=seq, from_at=start, to_at=horizon, rows=len(packed) // 48, prev_root=previous, leaves=packed, form=KEYED,
        root_hash=root(previous, f"{day}#{seq}", (micros(start), micros(horizon)), packed, key), key_name=name,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def note_roots(file: RootsFile) -> int:
    """Write the seals that are committed and not in the file yet. Returns how many lines. Raises OSError.

    A file without a line of ours (the first start, another folder, another machine) begins with the newest seal, whose root covers all
    before it; that is recorded, since a file that was taken away looks the same.
    """
    with file.lock():
        keys = unsealed_keys()
        noted = file.last(keys)
        if noted is None:
            newest = newest_keyed()
            fresh = [newest] if newest else []
            if newest is not None and newest.prev_root != FIRST_ROOT and newest.key_name in keys:
                record(
                    "audit.begin_roots", ("audit_seals", seal_name(newest)), severity="warning", path=[None, file.path]
                )
        else:
            fresh = _newer(noted.to)
        lines = [
            format_line(
                SEAL, seal_name(made), made.to_at, made.rows, made.root_hash, (made.key_name, keys[made.key_name])
            )
            for made in fresh
            if made.key_name in keys
        ]
        if lines:
            file.append(lines)
    for text in lines:
        log.info("%s", text)
    return len(lines)


def acknowledge(file: RootsFile) -> str:
    """Record that a person has seen that the database is behind the file; once that is committed, `begin_anew` says it there."""
    noted, newest = file.last(unsealed_keys()), newest_keyed()
    place = seal_name(newest) if newest else NOWHERE
    before = f"{noted.place} of {noted.to:%Y-%m-%d %H:%M:%S} UTC" if noted else None
    record("audit.acknowledge", ("audit_seals", place), severity="warning", newest=[before, place])
    forget_file_span()
    return place


def begin_anew(file: RootsFile) -> None:
    """From here on the file is held against the database as it now is. Raises OSError."""
    with file.lock():
        newest, key = newest_keyed(), sealing_key()
        place, to, rows, top = NOWHERE, BEGINNING, 0, FIRST_ROOT
        if newest is not None:
            place, to, rows, top = seal_name(newest), newest.to_at, newest.rows, newest.root_hash
        file.append([format_line(ACKNOWLEDGED, place, to, rows, top, key)])


def _newer(moment: datetime) -> list[AuditSeal]:
    after = sa.select(AuditSeal).where(AuditSeal.to_at > moment, AuditSeal.key_name.is_not(None))
    return list(db.session.scalars(after.order_by(AuditSeal.to_at).limit(MOST_LINES)))
