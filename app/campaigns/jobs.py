"""Jobs of campaigns: the clock lets them begin and end."""

from __future__ import annotations

from app.campaigns import actions
from app.core.queue import job
from app.core.transactions import transaction


@job("campaigns.follow")
def follow() -> None:
    """Once a minute; one step for each, so that one that fails keeps no other waiting."""
    for campaign_id in transaction(actions.campaigns_to_sync):
        transaction(actions.sync_holds_by_id, campaign_id)
