"""The records that metrics count, and what they are narrowed to. A record counts by the moment it was *settled* (docs/data-model.md,
"Where the specs err"): success at `published_at`, failure at `dead_letter_at`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TypeVarTuple

import sqlalchemy as sa

from app.publishing.models import PublishJob, PublishRecord

R = PublishRecord


SETTLED_AT = sa.func.coalesce(R.published_at, R.dead_letter_at)


IS_SETTLED = R.status.in_(("success", "failed"))


LEAD = sa.extract("epoch", R.published_at - R.due_at)
Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """The platform and the campaign that are counted; "" for all."""

    platform: str = ""
    campaign: str = ""

    def apply(self, statement: sa.Select[*Columns]) -> sa.Select[*Columns]:
        """The statement with the conditions added."""
        if self.platform:
            # as an expression: days are looked up by their index; that of platforms would add all rows of a platform
            statement = statement.where(R.platform.op("||")("") == self.platform)
        if self.campaign:
            jobs = sa.select(PublishJob.id).where(PublishJob.campaign_id == uuid.UUID(self.campaign))
            statement = statement.where(R.job_id.in_(jobs))
        return statement
