"""What of an item is at a place: live, maybe out, or on its way. The one reading, for the page and for every verb."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Account
from app.accounts.queries import PLACE
from app.content.models import Artifact
from app.core.db import db
from app.publishing.models import OPEN, PublishJob
from app.publishing.models import PublishRecord as R
from app.publishing.places import DOUBTFUL, GOING, LIVE, STRONGEST, Copy

_UNCLEAR = sa.or_(
    R.status.in_(("unknown", "confirming", "publishing")),
    sa.and_(R.status.in_(("failed", "cancelled")), sa.or_(R.was_unknown, R.dead_letter_reason == "given_up")),
    R.meta.has_key("look_first"),
)
_STATE = sa.case((R.status == "success", LIVE), (_UNCLEAR, DOUBTFUL), (R.status.in_(OPEN), GOING), else_="")


def copies(
    artifact: Artifact, accounts: Sequence[Account], without: Collection[uuid.UUID] = ()
) -> dict[uuid.UUID, Copy]:
    """account → what matters most of this item's records there, those of `without` left out. What bars this version comes
    before what is to be asked about; then live, doubtful, going, and the newest version. One statement."""
    rows = db.session.execute(
        sa.select(R.id, R.status, R.credential_id, R.platform_url, Account.account_name, PLACE.label("place"))
        .add_columns(Artifact.version, (Artifact.id == artifact.id).label("is_same"), _STATE.label("state"))
        .join(PublishJob, PublishJob.id == R.job_id)
        .join(Artifact, Artifact.id == PublishJob.artifact_id)
        .join(Account, Account.id == R.credential_id)
        .where(PublishJob.content_id == artifact.content_id, PLACE.in_({a.place for a in accounts}), _STATE != "")
        .where(R.id.not_in(without))
        .order_by(Artifact.version.desc(), R.id)
    ).all()
    found: dict[uuid.UUID, Copy] = {}
    for account in accounts:
        there = [_copy(row, account) for row in rows if row.place == account.place]
        if there:
            found[account.id] = min(there, key=lambda c: (not c.is_barring, STRONGEST.index(c.state)))
    return found


def _copy(row: Any, account: Account) -> Copy:
    name = row.account_name if row.credential_id != account.id else ""
    url = row.platform_url if row.state == LIVE else None
    return Copy(row.version, row.state, row.status, row.id, row.is_same, name, url)
