"""Verbs of campaigns: make, change, move through the states with the holds that sync_holds."""

from __future__ import annotations

from app.campaigns.actions.change import create, edit
from app.campaigns.actions.holds import campaigns_to_sync, sync_holds, sync_holds_by_id
from app.campaigns.actions.late import apply_late_choice
from app.campaigns.actions.moves import complete, pause, resume, start, stop

__all__ = [
    "complete",
    "create",
    "edit",
    "sync_holds",
    "sync_holds_by_id",
    "pause",
    "resume",
    "apply_late_choice",
    "start",
    "stop",
    "campaigns_to_sync",
]
