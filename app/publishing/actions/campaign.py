"""Asking the campaign before a post is scheduled, moved or sent again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from app.core.db import database_now
from app.lib.errors import Conflict, Invalid
from app.platforms import registry
from app.publishing.campaign_frame import objection
from app.publishing.models import PublishJob
from app.publishing.queries.campaign import frame

OFF_TARGET = "off_target"
"""In a job's metadata: the platforms that an operator let pass although the campaign does not use them."""


def require_campaign(
    campaign_id: uuid.UUID | None,
    platforms: Iterable[str],
    at: datetime | None,
    zone: str = "UTC",
    let_pass: Iterable[str] | None = (),
) -> list[str]:
    """The platforms that pass although the campaign does not use them (`let_pass` None: an operator lets all pass).

    Raises Conflict when the campaign sends nothing (draft, stopped, completed, ended), Invalid for a moment outside its
    time or a platform that it does not use.
    """
    found = frame(campaign_id)
    if found is None:
        return []
    if against := objection(found, at, database_now(), zone):
        field, sentence = against
        raise Invalid({field: sentence}) if field else Conflict(sentence)
    strangers = found.strangers(platforms)
    refused = [p for p in strangers if let_pass is not None and p not in let_pass]
    if refused:
        names = " or ".join(registry.get(p).spec.name for p in refused)
        raise Invalid(
            {
                "accounts": f"The campaign “{found.name}” does not use {names}. Untick it, add the platform to the campaign, "
                "or tick “Also publish where the campaign does not” on the publish page (operators can)."
            }
        )
    return strangers


def require_campaign_of_job(job: PublishJob, platform: str, at: datetime | None) -> None:
    """The same for a record that exists. Raises Conflict and Invalid."""
    require_campaign(job.campaign_id, [platform], at, job.timezone, (job.meta or {}).get(OFF_TARGET) or ())


def campaign_allows(campaign_id: uuid.UUID | None, platforms: Iterable[str], at: datetime | None, zone: str) -> bool:
    """Whether posts may be scheduled there and then, as far as the campaign goes."""
    try:
        require_campaign(campaign_id, platforms, at, zone)
    except (Conflict, Invalid):
        return False
    return True
