"""Before a job is made: the accounts to choose from, and when each is free again."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.content.checks import preview
from app.content.models import Artifact
from app.content.queries import facts
from app.core.db import db
from app.ground import clock
from app.platforms import registry
from app.publishing import limits
from app.publishing.models import OPEN, PublishJob, PublishRecord
from app.publishing.queries import times
from app.publishing.queries.earlier import Earlier, earlier
from app.vault import queries as vault
from app.vault import slots
from app.vault.models import PlatformCredential

R = PublishRecord


@dataclass(frozen=True)
class Place:
    """One account to publish to. `free_at`: the next moment that breaks no gap or cap (None: now). `done`: this version is on
    its way there or live already. `earlier`: another version is. `wrong`: what keeps this version from fitting there.
    `covered`: whether a reviewer saw it as it would stand there."""

    account: PlatformCredential
    free_at: datetime | None
    gap_minutes: int
    per_day: int | None
    done: str
    slot_at: datetime | None = None  # the account's next free slot, where it has slots
    same: Sequence[PlatformCredential] = ()  # the other usable accounts that are the same place
    earlier: Earlier | None = None
    wrong: tuple[str, ...] = ()
    is_covered: bool = True  # the approval covers its platform

    @property
    def is_usable(self) -> bool:
        return self.account.is_usable and not self.done and not self.wrong and self.is_covered

    @property
    def is_ticked_by_plan(self) -> bool:
        """Whether the plan alone may tick it: nothing of the item is there, or on its way."""
        return self.is_usable and self.earlier is None


def places(artifact: Artifact | None, covered: Collection[str] | None = None) -> list[Place]:
    """Every connected account, the usable ones first, in six statements (four without a version). `covered`: the platforms
    of the approval."""
    accounts = [a for a in vault.connected() if registry_has(a.platform)]
    taken, done = _taken(accounts), _done(artifact.id if artifact else None)
    shared = vault.shared_places(a for a in accounts if a.is_usable)
    made = [_place(one, taken.get(one.place, []), done.get(one.place, ""), shared.get(one.id, [])) for one in accounts]
    if covered is not None:
        made = [replace(place, is_covered=place.account.platform in covered) for place in made]
    if artifact is not None:
        before, wrong = earlier(artifact, accounts), unfit(artifact, accounts)
        made = [replace(p, earlier=before.get(p.account.id), wrong=wrong.get(p.account.id, ())) for p in made]
    return sorted(made, key=lambda p: (not p.is_usable, p.account.platform, p.account.account_name.lower()))


def unfit(artifact: Artifact, accounts: Sequence[PlatformCredential]) -> dict[uuid.UUID, tuple[str, ...]]:
    """account → why this version does not fit there, in the composer's words and by the account's own limits."""
    media = facts(m["sha256"] for m in artifact.payload.get("media") or [])
    made = {a.id: preview(artifact.payload, a.platform, media, a.configuration) for a in accounts}
    return {key: tuple(e.message for e in one.errors) for key, one in made.items() if one.errors}


def registry_has(slug: str) -> bool:
    """Whether a connector of that name exists (an account may outlive its connector)."""
    return any(connector.spec.slug == slug for connector in registry.CONNECTORS)


def _place(
    account: PlatformCredential, times: Sequence[datetime], done: str, same: Sequence[PlatformCredential]
) -> Place:
    spec = registry.get(account.platform).spec
    rule = limits.rules(spec.min_gap, spec.max_per_day, account.configuration)
    now = clock.now()
    free = limits.next_free(times, now, rule) if rule.any else now
    own = account.configuration
    slot = slots.next_free(own.get("slots") or [], own.get("slots_zone") or "UTC", now, times, rule.gap)
    return Place(
        account, free if free > now else None, int(rule.gap.total_seconds() // 60), rule.per_day, done, slot, same
    )


PLACE = sa.func.coalesce(sa.func.nullif(PlatformCredential.remote_account, ""), sa.cast(PlatformCredential.id, sa.Text))
"""`PlatformCredential.place` in SQL."""


def _taken(accounts: Sequence[PlatformCredential]) -> dict[str, list[datetime]]:
    """Place → when it has got a post lately, may have, or will, under whichever of the desk's names for it."""
    recent = times.may_be_taken(clock.now() - timedelta(days=2))
    statement = sa.select(PLACE, times.TAKEN).join(PlatformCredential, PlatformCredential.id == R.credential_id)
    statement = statement.where(PLACE.in_([a.place for a in accounts]), recent)
    found: dict[str, list[datetime]] = {}
    for place, at in db.session.execute(statement.order_by(times.TAKEN).limit(5000)):
        found.setdefault(place, []).append(at)
    return found


def _done(artifact_id: uuid.UUID | None) -> dict[str, str]:
    """Place → status of the record that already carries this version there."""
    if artifact_id is None:
        return {}

    statement = (
        sa.select(PLACE, R.status)
        .join(PublishJob, PublishJob.id == R.job_id)
        .join(PlatformCredential, PlatformCredential.id == R.credential_id)
        .where(PublishJob.artifact_id == artifact_id, R.status.in_((*OPEN, "success")))
    )
    return dict(db.session.execute(statement).all())


def accounts_of(job_id: uuid.UUID) -> set[uuid.UUID]:
    """The accounts a job goes to."""
    found = db.session.scalars(sa.select(R.credential_id).where(R.job_id == job_id, R.credential_id.is_not(None)))
    return {key for key in found if key is not None}
