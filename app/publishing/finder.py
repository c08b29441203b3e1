"""How records are found by the palette and the search page: by the words of their content, or an id."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.content.finder import matching_items
from app.content.models import ContentItem
from app.core.finder import Query, among, columns, declare_command, finder
from app.publishing.models import PublishJob, PublishRecord

declare_command(
    "publishing.records", "Records that need action", "alert-triangle", place=40, args={"view": "needs-action"}
)


@finder("record", "Record", "send", "publishing.record", place=20, names_platform=True)
def records(query: Query) -> sa.Select[Any]:
    """Records of the items found, the one due last first."""
    record, job, item = PublishRecord, PublishJob, ContentItem
    own = sa.select(record.id).join(job, job.id == record.job_id)
    found = own.where(job.content_id.in_(query.once(matching_items)))
    return (
        columns(record, item.title, record.platform)
        .join(job, job.id == record.job_id)
        .join(item, item.id == job.content_id)
        .where(among(record.id, found, query.key))
        .order_by(record.due_at.desc())
    )
