"""What people do with jobs, records and holds."""

from __future__ import annotations

from app.publishing.actions.campaign import campaign_allows
from app.publishing.actions.cancel import cancel_job, cancel_record, cancel_unclaimed
from app.publishing.actions.cover import require_cover
from app.publishing.actions.holds import hold, hold_everything, release, release_by_id, sync_account_holds
from app.publishing.actions.open_question import settle_by_person
from app.publishing.actions.place_checks import without_second_posts
from app.publishing.actions.replay import replay, replay_by_cause
from app.publishing.actions.reschedule import reschedule, waive_limits
from app.publishing.actions.rollups import recount
from app.publishing.actions.schedule import schedule

__all__ = [
    "campaign_allows",
    "cancel_job",
    "cancel_record",
    "cancel_unclaimed",
    "sync_account_holds",
    "hold",
    "hold_everything",
    "recount",
    "release",
    "release_by_id",
    "replay",
    "replay_by_cause",
    "require_cover",
    "reschedule",
    "schedule",
    "settle_by_person",
    "waive_limits",
    "without_second_posts",
]
