"""The moves of a campaign. Only an active one sends; what it became late with meanwhile is asked about before it goes."""

from __future__ import annotations

from app.audit import actions as audit
from app.campaigns import queries
from app.campaigns.actions.holds import PAUSED, sync_holds
from app.campaigns.actions.late import LateChoice, apply_late_choice
from app.campaigns.models import CAMPAIGN, Campaign
from app.core.db import database_now, db
from app.lib.errors import Conflict
from app.publishing import actions as publishing


def start(campaign: Campaign) -> Campaign:
    """draft → active. Raises Conflict when its end has passed."""
    if campaign.status != "draft":
        raise Conflict(f"This campaign is {campaign.status}; only a draft can be started.")
    _refuse_ended(campaign)
    _move(campaign, "active", "campaigns.start")
    pause_if_late(campaign)
    sync_holds(campaign)
    return campaign


def pause(campaign: Campaign, note: str | None = None) -> Campaign:
    """active → paused; nothing of it goes out until it is resumed."""
    _move(campaign, "paused", "campaigns.pause", note)
    publishing.hold("campaign", str(campaign.id), PAUSED, note or f"{campaign.name} is paused")
    sync_holds(campaign)
    return campaign


def resume(campaign: Campaign, late: LateChoice | None = None) -> Campaign:
    """paused → active. `late` says what becomes of the records whose time passed meanwhile.

    Raises Conflict when there are such records and nobody chose what to do with them, or when its end has passed.
    """
    if campaign.status != "paused":
        raise Conflict(f"This campaign is {campaign.status}; only a paused one can be resumed.")
    _refuse_ended(campaign)
    waiting = queries.late_records(campaign.id)
    if waiting and late is None:
        posts = "1 post" if len(waiting) == 1 else f"{len(waiting)} posts"
        raise Conflict(f"{posts} became late meanwhile. Resume it from its page, which asks what to do with them.")
    _move(campaign, "active", "campaigns.resume", late.note(len(waiting)) if waiting and late else None)
    if waiting and late is not None:
        apply_late_choice(waiting, late)
    sync_holds(campaign)
    return campaign


def stop(campaign: Campaign, note: str | None = None) -> Campaign:
    """draft, active, paused → stopped, for good. What was not sent yet stays held until an operator cancels it."""
    _move(campaign, "stopped", "campaigns.stop", note)
    publishing.release("campaign", str(campaign.id), PAUSED, "It was stopped for good.")  # its note is no longer true
    publishing.hold("campaign", str(campaign.id), PAUSED, note or f"{campaign.name} was stopped")
    sync_holds(campaign)
    return campaign


def complete(campaign: Campaign) -> Campaign:
    """active, paused → completed. Raises Conflict while posts of it are still open."""
    count = queries.open_count(campaign.id)
    if count:
        posts = "1 post is" if count == 1 else f"{count} posts are"
        raise Conflict(f"{posts} still on the way. Wait for them or cancel them, or stop the campaign instead.")
    _move(campaign, "completed", "campaigns.complete")
    sync_holds(campaign)
    return campaign


def pause_if_late(campaign: Campaign) -> bool:
    """Pause a campaign that has just begun to run again while posts of it are late: resuming asks about them."""
    count = len(queries.late_records(campaign.id))
    if campaign.status != "active" or not count or queries.frame_of(campaign).outside(database_now()):
        return False
    pause(campaign, f"{count} {'post' if count == 1 else 'posts'} became late; resuming asks what to do with them.")
    return True


def _refuse_ended(campaign: Campaign) -> None:
    if queries.frame_of(campaign).outside(database_now()) == "has ended":
        raise Conflict(
            "The end of this campaign has passed, so it would send nothing. Move its end on its Edit page first."
        )


def _move(campaign: Campaign, target: str, action: str, note: str | None = None) -> Campaign:
    # a post that is being scheduled refers to the row and does not wait for this; what it makes is held at dispatch
    db.session.refresh(campaign, with_for_update={"key_share": True})
    source = CAMPAIGN.move(campaign, target)
    db.session.flush()
    audit.record(action, campaign, note=note, status=[source, target])
    return campaign
