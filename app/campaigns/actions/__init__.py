"""Verbs of campaigns: make, change, move through the states with the holds that follow."""

from __future__ import annotations

from app.campaigns.actions.change import create, edit
from app.campaigns.actions.late import settle_late
from app.campaigns.actions.moves import complete, pause, resume, start, stop
from app.campaigns.actions.standing import follow, follow_by_id, to_follow

__all__ = [
    "complete",
    "create",
    "edit",
    "follow",
    "follow_by_id",
    "pause",
    "resume",
    "settle_late",
    "start",
    "stop",
    "to_follow",
]
