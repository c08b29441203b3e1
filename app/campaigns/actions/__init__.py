"""Verbs of campaigns: make, change, move through the states with the holds that follow."""

from __future__ import annotations

from .change import create, edit
from .late import settle_late
from .moves import complete, pause, resume, start, stop
from .standing import follow, follow_by_id, to_follow

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
