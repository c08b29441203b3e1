"""Verbs of publishing, by noun: schedule, cancel, change (what a person does), holds."""

from __future__ import annotations

from app.publishing.actions.barred import without_second_posts
from app.publishing.actions.campaign import campaign_lets
from app.publishing.actions.cancel import cancel_job, cancel_record, cancel_unclaimed
from app.publishing.actions.cover import require_cover
from app.publishing.actions.holds import follow_account, hold, hold_everything, release, release_by_id
from app.publishing.actions.operator import replay, replay_by_cause, reschedule, settle_by_person, waive_limits
from app.publishing.actions.rows import recount
from app.publishing.actions.schedule import schedule

__all__ = [
    "campaign_lets",
    "cancel_job",
    "cancel_record",
    "cancel_unclaimed",
    "follow_account",
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
