"""How many posts of a day have which badge, and how long reviews took: for Home. Counted in the database; Home shows a dozen of them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.calendar.queries.events import MOST, Moment, due_conditions, plan_conditions
from app.content.models import ContentItem
from app.publishing.queries.badges import RECORD_BADGE
from app.reviews.models import ApprovalRequest

DayCounts = dict[tuple[str, str], int]
"""(record or plan, key of the badge) → how many."""
COMING = ("scheduled", "retrying", "due", "publishing", "confirming")


def badge_counts(first: Moment, last: Moment) -> sa.Select[Any]:
    """(kind, status: its badge, many) of the events of [first, last), moments or what stands for them, as a statement."""
    records = sa.select(sa.literal("record").label("kind"), RECORD_BADGE.label("status")).where(
        *due_conditions(first, last)
    )
    plans = sa.select(sa.literal("plan").label("kind"), ContentItem.status.label("status")).where(
        *plan_conditions(first, last)
    )
    both = sa.union_all(*(sa.select(part.limit(MOST).subquery()) for part in (records, plans))).subquery()
    return sa.select(both.c.kind, both.c.status, sa.func.count().label("many")).group_by(both.c.kind, both.c.status)


def approval_times(since: Moment, zone: str | sa.ColumnElement[str]) -> sa.Select[Any]:
    """(day, seconds: the median from asking to the approval) of the reviews approved since, as a statement."""
    request = ApprovalRequest
    day = sa.cast(sa.func.timezone(zone, request.approved_at), sa.Date).label("day")
    seconds = sa.extract("epoch", request.approved_at - request.requested_at)
    middle = sa.func.percentile_cont(0.5).within_group(seconds).label("seconds")
    return sa.select(day, middle).where(request.status == "approved", request.approved_at >= since).group_by("day")


def count_published(counts: DayCounts) -> int:
    """Posts that are out."""
    return counts.get(("record", "success"), 0)


def count_coming(counts: DayCounts) -> int:
    """What is still to go out: nothing stops it, and nobody has to look for it."""
    return sum(many for (kind, status), many in counts.items() if kind == "plan" or status in COMING)


def count_unapproved(counts: DayCounts) -> int:
    """Plans that nobody has approved yet."""
    return sum(many for (kind, status), many in counts.items() if kind == "plan" and status != "approved")
