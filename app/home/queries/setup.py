"""How far a new desk has come: the check-list of Home."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts.models import Account
from app.content.models import ContentItem
from app.core.db import app_now
from app.home.queries.json_row import json_row
from app.publishing.models import PublishHold, PublishRecord
from app.reviews.models import ApprovalRequest
from app.staff.models import StaffInvite, User

APPROVED = ("approved", "scheduled", "published")


class Setup(NamedTuple):
    """How far a new desk has come. `invited`: links nobody has used yet. `held`: an emergency hold stops everything."""

    people: int
    invited: int
    accounts: bool
    content: bool
    approved: bool
    published: bool
    held: bool
    self_approval: bool

    @property
    def steps(self) -> list[tuple[str, bool]]:
        """The check-list: (step, done)."""
        return [
            ("people", self.people > 1 or self.self_approval),
            ("account", self.accounts),
            ("content", self.content),
            ("approve", self.approved),
            ("publish", self.published),
        ]

    @property
    def is_done(self) -> bool:
        return all(done for _, done in self.steps)


def setup() -> sa.Select[Any]:
    """Its facts as a part of the statement: an array, in the order of `Setup` but for the last."""
    open_invite = sa.and_(
        StaffInvite.accepted_at.is_(None), StaffInvite.revoked_at.is_(None), StaffInvite.expires_at > app_now()
    )
    facts = sa.func.jsonb_build_array(
        sa.select(sa.func.count()).select_from(User).where(User.is_active).scalar_subquery(),
        sa.select(sa.func.count()).select_from(StaffInvite).where(open_invite).scalar_subquery(),
        sa.exists().where(Account.deleted_at.is_(None)),
        sa.exists().where(ContentItem.deleted_at.is_(None)),
        sa.or_(
            sa.exists().where(ContentItem.status.in_(APPROVED)), sa.exists().where(ApprovalRequest.status == "approved")
        ),
        sa.exists().where(PublishRecord.status == "success"),
        sa.exists().where(PublishHold.scope == "all", PublishHold.released_at.is_(None)),
    )
    return json_row("setup", facts=facts)
