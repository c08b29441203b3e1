"""Where an earlier version of an item is live, may be, or is on its way: a later version there would be a second post."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.content.models import Artifact
from app.core.db import db
from app.publishing.models import OPEN, PublishJob
from app.publishing.models import PublishRecord as R
from app.vault.models import PlatformCredential

LIVE, DOUBTFUL, GOING = "live", "doubtful", "going"
STRONGEST = (LIVE, DOUBTFUL, GOING)
WORDS = {LIVE: "is live", DOUBTFUL: "may be out", GOING: "is on its way"}

_UNCLEAR = sa.or_(
    R.status.in_(("unknown", "confirming", "publishing")),
    sa.and_(R.status.in_(("failed", "cancelled")), sa.or_(R.was_unknown, R.dead_letter_reason == "given_up")),
    R.meta.has_key("look_first"),
)
_STATE = sa.case((R.status == "success", LIVE), (_UNCLEAR, DOUBTFUL), (R.status.in_(OPEN), GOING), else_="")


@dataclass(frozen=True)
class Earlier:
    """What is known of the version before, at one account. `url`: the post, where it is live and has a link."""

    version: int
    state: str
    record_id: uuid.UUID
    url: str | None = None

    @property
    def words(self) -> str:
        """ "Version 1 is live" — the account's name or "there" follows."""
        return f"Version {self.version} {WORDS[self.state]}"


def earlier(artifact: Artifact, accounts: Sequence[PlatformCredential]) -> dict[uuid.UUID, Earlier]:
    """account → the strongest that is known of other versions of the same item there. An account at the platform is one,
    however often it is connected. One statement."""
    rows = db.session.execute(
        sa.select(R.id, R.credential_id, R.platform_url, PlatformCredential.remote_account)
        .add_columns(Artifact.version, _STATE.label("state"))
        .join(PublishJob, PublishJob.id == R.job_id)
        .join(Artifact, Artifact.id == PublishJob.artifact_id)
        .outerjoin(PlatformCredential, PlatformCredential.id == R.credential_id)
        .where(PublishJob.content_id == artifact.content_id, PublishJob.artifact_id != artifact.id, _STATE != "")
        .order_by(Artifact.version.desc())
    ).all()
    known = sorted(rows, key=lambda row: STRONGEST.index(row.state))
    found: dict[uuid.UUID, Earlier] = {}
    for account in accounts:
        row = next((row for row in known if (row.remote_account or str(row.credential_id)) == account.place), None)
        if row is not None:
            url = row.platform_url if row.state == LIVE else None
            found[account.id] = Earlier(row.version, row.state, row.id, url)
    return found
