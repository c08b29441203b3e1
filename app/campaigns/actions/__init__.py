"""Verbs of campaigns: make, change, move through the states with the holds that follow."""

from __future__ import annotations

from .change import create, edit
from .late import settle_late
from .moves import complete, pause, resume, start, stop

__all__ = ["complete", "create", "edit", "pause", "resume", "settle_late", "start", "stop"]
