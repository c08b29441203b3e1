"""A campaign's frame, read as plain columns: its room stands above this one and is not asked."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from app.core.db import db
from app.publishing.campaign_frame import Frame

C = sa.table(
    "campaigns",
    sa.column("id", sa.Uuid),
    sa.column("name", sa.Text),
    sa.column("status", sa.Text),
    sa.column("target_platforms", JSONB),
    sa.column("start_time", sa.DateTime(timezone=True)),
    sa.column("end_time", sa.DateTime(timezone=True)),
    sa.column("deleted_at", sa.DateTime(timezone=True)),
)


def frame(campaign_id: uuid.UUID | str | None) -> Frame | None:
    """What decides about the posts of a campaign, as it stands now; None for a post without one."""
    if campaign_id is None:
        return None
    found = db.session.execute(sa.select(C).where(C.c.id == campaign_id)).first()
    if found is None:
        return None
    return Frame(
        name=found.name,
        status=found.status,
        targets=tuple(found.target_platforms or ()),
        start=found.start_time,
        end=found.end_time,
        is_removed=found.deleted_at is not None,
    )
