"""Create and edit a campaign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.audit import actions as audit
from app.campaigns import queries
from app.campaigns.actions.holds import sync_holds
from app.campaigns.actions.moves import pause_if_late
from app.campaigns.models import Campaign
from app.core import actor
from app.core.db import database_now, db
from app.lib.errors import Conflict, Invalid, Overtaken
from app.platforms import registry

FIELDS = ("name", "goal", "target_platforms", "budget_cap", "budget_currency", "start_time", "end_time")
CLOSED = ("stopped", "completed")


def create(values: Mapping[str, Any]) -> Campaign:
    """A new draft campaign of who acts. `values`: one for each of FIELDS, moments in UTC. Raises Invalid when its end is not behind its start."""
    _check(values)
    campaign = Campaign(**{name: values[name] for name in FIELDS}, created_by=actor.current().person_id)
    db.session.add(campaign)
    db.session.flush()
    audit.record("campaigns.create", campaign, name=[None, campaign.name])
    return campaign


def edit(campaign: Campaign, values: Mapping[str, Any], seen_version: int) -> Campaign:
    """Change it. Raises Conflict when somebody else saved since `seen_version`, or when the campaign is closed; Invalid for
    times in the wrong order, and for a platform taken away while posts wait for it.

    Posts that fall outside the new times are held. One that comes back to life with late posts is paused: resuming asks.
    """
    if campaign.status in CLOSED:
        raise Conflict(f"This campaign is {campaign.status}; it can no longer be changed.")
    if campaign.lock_version != seen_version:
        raise Overtaken("Somebody else changed this campaign meanwhile. Reload the page and make your change again.")
    _check(values)
    _refuse_removed_platforms(campaign, values["target_platforms"])
    was_outside = queries.frame_of(campaign).outside(database_now())
    changes = {}
    for name in FIELDS:
        old, new = getattr(campaign, name), values[name]
        if old != new:
            setattr(campaign, name, new)
            changes[name] = [_json(old), _json(new)]
    if changes:
        db.session.flush()
        audit.record("campaigns.edit", campaign, **changes)
        if not (was_outside and pause_if_late(campaign)):
            sync_holds(campaign)
    return campaign


def _check(values: Mapping[str, Any]) -> None:
    start, end = values.get("start_time"), values.get("end_time")
    if start is not None and end is not None and end <= start:
        raise Invalid({"end_time": "The end has to be later than the start."})


def _refuse_removed_platforms(campaign: Campaign, targets: list[str]) -> None:
    if waiting := queries.waiting_outside(campaign.id, targets):
        counts = ", ".join(f"{count} for {registry.get(slug).spec.name}" for slug, count in waiting.items())
        raise Invalid(
            {"target_platforms": f"Posts of this campaign wait ({counts}). Cancel them first, or keep that platform."}
        )


def _json(value: Any) -> Any:
    """A field's value as the audit log keeps it."""
    if value is None or isinstance(value, str | int | list):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
