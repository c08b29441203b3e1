"""The holds of a campaign follow its state and the clock: each is placed where posts wait, and released when it may.

Dispatch asks the campaign's own row as well, so nothing slips between two ticks; the holds are what people see and count.
"""

from __future__ import annotations

import uuid

from app.campaigns import queries
from app.campaigns.models import Campaign
from app.core.db import database_now, db
from app.publishing import actions as publishing

PAUSED, WINDOW = "campaign_paused", "campaign_window"


def sync_holds(campaign: Campaign) -> None:
    """Place and release the holds that its state asks for. Idempotent: by every move, by every edit, and once a minute."""
    waiting = queries.waiting_count(campaign.id)
    is_barred = campaign.status in ("paused", "stopped") or (campaign.status in ("draft", "completed") and waiting > 0)
    outside = queries.frame_of(campaign).outside(database_now()) if campaign.status == "active" and waiting else ""
    _set_hold(campaign, PAUSED, f"{campaign.name} {_STATE_PHRASES.get(campaign.status, '')}" if is_barred else "")
    _set_hold(campaign, WINDOW, f"{campaign.name} {outside}" if outside else "")


_STATE_PHRASES = {"paused": "is paused", "stopped": "was stopped", "draft": "is a draft", "completed": "is completed"}


def _set_hold(campaign: Campaign, reason: str, note: str) -> None:
    """Hold for `reason` with this note; without one, release."""
    key = str(campaign.id)
    if not note:
        publishing.release("campaign", key, reason)
    elif publishing.hold("campaign", key, reason, note).note != note and reason == WINDOW:
        publishing.release("campaign", key, reason)  # it was too early and is too late now: another hold, another note
        publishing.hold("campaign", key, reason, note)


def campaigns_to_sync() -> list[uuid.UUID]:
    """The campaigns whose holds may be other than they should be: barred with posts that wait, or held without need."""
    return queries.ids_with_holds_to_change()


def sync_holds_by_id(campaign_id: uuid.UUID) -> None:
    """The clock's step for one campaign."""
    found = db.session.get(Campaign, campaign_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is not None:
        sync_holds(found)
