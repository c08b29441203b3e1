"""The lease of a record, and the fence that every write of its holder passes.

A claim draws a random token. Owner and epoch would not do: a claim need not reach the disk, so a database that crashes may
forget it and hand out the same owner and epoch a second time, and two threads would both pass. A token never comes twice,
and a write also names the step that it may leave.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.publishing.actions.task import Task
from app.publishing.models import PublishRecord

RECORDS: sa.Table = PublishRecord.__table__  # type: ignore[assignment]
FREE: dict[str, Any] = {"step": None, "lease_owner": None, "lease_expires_at": None, "claim_token": None}
"""The columns of a record that nobody holds."""


def let_go(record: PublishRecord) -> None:
    """Give the lease back, or take it from whoever holds it: the old token may not write the record any more."""
    for name, value in FREE.items():
        setattr(record, name, value)


HELD = (
    RECORDS.c.id == sa.bindparam("of_record"),
    RECORDS.c.claim_token == sa.bindparam("of_claim"),
    RECORDS.c.step == sa.any_(sa.bindparam("steps", type_=sa.ARRAY(sa.Text))),
)
"""`fenced` for statements that are made once and bound by `holder`."""


def holder(task: Task, *steps: str) -> dict[str, Any]:
    """The values of `HELD`."""
    return {"of_record": task.id, "of_claim": task.token, "steps": list(steps or (task.step,))}


def fenced(task: Task, *steps: str) -> list[Any]:
    """The conditions under which this claim may write the record: its own token, and `steps` (else the task's) to leave."""
    return [
        RECORDS.c.id == task.id,
        RECORDS.c.claim_token == task.token,
        RECORDS.c.step.in_(steps or (task.step,)),
    ]
