"""The lease of a record, and the fence that every write of its holder passes.

A claim draws a random token. Owner and epoch would not do: a claim need not reach the disk, so a database that crashes may
forget it and hand out the same owner and epoch a second time, and two threads would both pass. A token never comes twice,
and a write also names the step that it may leave.
"""

from __future__ import annotations

import uuid
from typing import Any, Protocol

import sqlalchemy as sa

from app.publishing.models import PublishRecord

RECORDS: sa.Table = PublishRecord.__table__  # type: ignore[assignment]
RELEASED: dict[str, Any] = {"step": None, "lease_owner": None, "lease_expires_at": None, "claim_token": None}
"""The columns of a record that nobody holds."""


class Holder(Protocol):
    """Who holds a record: its id, the token that the claim drew, and the step in which it stands."""

    id: uuid.UUID
    token: uuid.UUID
    step: str


def release(record: PublishRecord) -> None:
    """Give the lease back, or take it from whoever holds it: the old token may not write the record any more."""
    for name, value in RELEASED.items():
        setattr(record, name, value)


FENCE = (
    RECORDS.c.id == sa.bindparam("of_record"),
    RECORDS.c.claim_token == sa.bindparam("of_claim"),
    RECORDS.c.step == sa.any_(sa.bindparam("steps", type_=sa.ARRAY(sa.Text))),
)
"""`fenced` for statements that are made once and bound by `holder`."""


def fence_values(held: Holder, *steps: str) -> dict[str, Any]:
    """The values of `HELD`."""
    return {"of_record": held.id, "of_claim": held.token, "steps": list(steps or (held.step,))}


def fence(held: Holder, *steps: str) -> list[Any]:
    """The conditions under which this claim may write the record: its own token, and `steps` (else the holder's) to leave."""
    return [
        RECORDS.c.id == held.id,
        RECORDS.c.claim_token == held.token,
        RECORDS.c.step.in_(steps or (held.step,)),
    ]
