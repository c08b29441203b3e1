"""The holds of a campaign follow its state and the clock: each is placed where posts wait, and released when it may.

Dispatch asks the campaign's own row as well, so nothing slips between two ticks; the holds are what people see and count.
"""

from __future__ import annotations

import uuid

from app.campaigns import queries
from app.campaigns.models import Campaign
from app.core.db import db
from app.publishing import actions as publishing

PAUSED, WINDOW = "campaign_paused", "campaign_window"


def follow(campaign: Campaign) -> None:
    """Place and release what its state asks for. Idempotent: by every move, by every edit, and once a minute."""
    waiting = queries.waiting_count(campaign.id)
    stands = campaign.status in ("paused", "stopped") or (campaign.status in ("draft", "completed") and waiting > 0)
    outside = queries.frame_of(campaign).outside(queries.now()) if campaign.status == "active" and waiting else ""
    _keep(campaign, PAUSED, f"{campaign.name} {_WORDS.get(campaign.status, '')}" if stands else "")
    _keep(campaign, WINDOW, f"{campaign.name} {outside}" if outside else "")


_WORDS = {"paused": "is paused", "stopped": "was stopped", "draft": "is a draft", "completed": "is completed"}


def _keep(campaign: Campaign, reason: str, note: str) -> None:
    key = str(campaign.id)
    if not note:
        publishing.release("campaign", key, reason)
    elif publishing.hold("campaign", key, reason, note).note != note and reason == WINDOW:
        publishing.release("campaign", key, reason)  # it was too early and is too late now: another hold, other words
        publishing.hold("campaign", key, reason, note)


def to_follow() -> list[uuid.UUID]:
    """The campaigns whose holds may be other than they should be: barred with posts that wait, or held without need."""
    return queries.barred_or_held()


def follow_by_id(campaign_id: uuid.UUID) -> None:
    """The clock's step for one campaign."""
    found = db.session.get(Campaign, campaign_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is not None:
        follow(found)
