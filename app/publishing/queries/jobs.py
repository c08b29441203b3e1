"""The queue of jobs and one job."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.content.models import Artifact, ContentItem
from app.content.queries.rare_matches import rare_by_words
from app.content.search import unindexed_clause
from app.core.db import app_now, db
from app.core.listing import Choice, Key, Listing, Page, Period, Walk
from app.lib.errors import NotFound
from app.platforms import registry
from app.publishing.models import PublishHold, PublishJob, PublishRecord
from app.publishing.queries.badges import JOB_BADGES, job_badge, job_has_badge
from app.publishing.queries.record import CAMPAIGNS, PlacedHold
from app.staff.models import User

J = PublishJob
FEW = 500
DUE = sa.func.coalesce(J.scheduled_at, J.created_at)


def _select() -> sa.Select[Any]:
    columns: tuple[Any, ...] = (
        J.id, J.status, J.platforms, J.scheduled_at, J.created_at, J.timezone, J.priority, J.campaign_id, J.content_id,
        ContentItem.title, User.full_name.label("maker"),
    )  # fmt: skip
    joined = sa.select(*columns).join(ContentItem, ContentItem.id == J.content_id)
    return joined.outerjoin(User, User.id == J.created_by)


def _on_platform(slug: str) -> sa.ColumnElement[bool] | Walk:
    """The jobs of a platform with few records are looked up by them; those of another are met on the way down the list."""
    few = sa.select(PublishRecord.job_id).where(PublishRecord.platform == slug).limit(FEW + 1)
    found = list(db.session.scalars(few))
    return Walk(J.platforms.any_() == slug) if len(found) > FEW else J.id.in_(set(found))


def _search(text: str) -> sa.ColumnElement[bool] | Walk:
    found = rare_by_words(text)
    return Walk(unindexed_clause(ContentItem.search, text)) if found is None else J.content_id.in_(found)


FILTERS: dict[str, Any] = {
    "status": Choice(job_has_badge, JOB_BADGES, "Status"),
    "platform": Choice(_on_platform, lambda: [(c.spec.slug, c.spec.name) for c in registry.CONNECTORS], "Platform"),
    "since": Period(J.created_at, "Period"),
    "campaign": Key(J.campaign_id, "Campaign"),
    "content": Key(J.content_id, "Content"),
}
JOBS = Listing(
    select=_select(),
    search=_search,
    filters=FILTERS,
    sorts={"made": J.created_at, "due": DUE, "status": (J.status, J.created_at)},
    default="-made",
    tiebreak=J.id,
    per_page=25,
    light=frozenset(FILTERS),
)
EXPORT = replace(JOBS, select=lambda: _select().add_columns(job_badge().label("badge")))
"""The same rows with their badge, which a page makes of the records beside them."""


def records_of(page: Page) -> dict[uuid.UUID, list[Any]]:
    """The records of the jobs on this page, in one statement."""
    R = PublishRecord
    wanted = [row.id for row in page.rows]
    columns = (
        R.id,
        R.job_id,
        R.platform,
        R.account_name,
        R.credential_id,
        R.status,
        R.due_at,
        R.next_retry_at,
        J.campaign_id,
    )
    found: dict[uuid.UUID, list[Any]] = {}
    for row in db.session.execute(
        sa.select(*columns).join(J, J.id == R.job_id).where(R.job_id.in_(wanted)).order_by(R.platform, R.account_name)
    ):
        found.setdefault(row.job_id, []).append(row)
    return found


@dataclass(frozen=True)
class JobPage:
    """What the job page needs."""

    job: PublishJob
    item: ContentItem
    artifact: Artifact | None
    campaign: str | None
    maker: str | None
    records: Sequence[PublishRecord]
    holds: Sequence[PlacedHold]


def job_page(job_id: uuid.UUID) -> JobPage:
    """One job with its records. Raises NotFound."""
    row = db.session.execute(
        sa.select(J, ContentItem, Artifact, CAMPAIGNS.c.name, User.full_name)
        .join(ContentItem, ContentItem.id == J.content_id)
        .outerjoin(Artifact, Artifact.id == J.artifact_id)
        .outerjoin(CAMPAIGNS, CAMPAIGNS.c.id == J.campaign_id)
        .outerjoin(User, User.id == J.created_by)
        .where(J.id == job_id)
    ).first()
    if row is None:
        raise NotFound("There is no such publish job. It may have been archived, or the link is cut short.")
    R = PublishRecord
    records = db.session.scalars(sa.select(R).where(R.job_id == job_id).order_by(R.platform, R.account_name)).all()
    job, item, artifact, campaign, maker = row
    return JobPage(job, item, artifact, campaign, maker, records, _holds(job_id))


def version(job_id: uuid.UUID) -> str:
    """Changes whenever something on the job's page may have changed; "" for none. One statement, for the page's poll."""
    R = PublishRecord
    own = sa.select(
        sa.func.concat_ws(
            "|", sa.func.max(R.updated_at), sa.func.count(), sa.func.count().filter(R.due_at > app_now()),
            sa.func.string_agg(R.status, aggregate_order_by(sa.literal(","), R.id)),
        )
    ).where(R.job_id == J.id)  # fmt: skip
    holds = sa.select(sa.func.count()).where(PublishHold.released_at.is_(None))
    facts = sa.select(J.status, J.updated_at, own.scalar_subquery(), holds.scalar_subquery()).where(J.id == job_id)
    found = db.session.execute(facts).first()
    return hashlib.sha256(repr(tuple(found)).encode()).hexdigest()[:16] if found else ""


class HoldSubject(NamedTuple):
    """A record with all that a hold may be placed on."""

    id: uuid.UUID
    job_id: uuid.UUID
    platform: str
    credential_id: uuid.UUID | None
    campaign_id: uuid.UUID | None


def hold_subjects(job: PublishJob, records: Iterable[PublishRecord]) -> list[HoldSubject]:
    """The job's records as what a hold may be placed on."""
    return [HoldSubject(r.id, r.job_id, r.platform, r.credential_id, job.campaign_id) for r in records]


def _holds(job_id: uuid.UUID) -> list[PlacedHold]:
    open_ones = sa.select(PublishHold, User.full_name).outerjoin(User, User.id == PublishHold.placed_by)
    mine = sa.or_(sa.and_(PublishHold.scope == "job", PublishHold.scope_id == str(job_id)), PublishHold.scope == "all")
    found = db.session.execute(open_ones.where(PublishHold.released_at.is_(None), mine))
    return [PlacedHold(hold, name) for hold, name in found]


COLUMNS: dict[str, Callable[[Any], Any]] = {
    "title": lambda r: r.title, "status": lambda r: r.badge, "platforms": lambda r: " ".join(r.platforms),
    "scheduled": lambda r: r.scheduled_at, "time zone": lambda r: r.timezone, "made": lambda r: r.created_at,
    "by": lambda r: r.maker, "job": lambda r: r.id,
}  # fmt: skip
