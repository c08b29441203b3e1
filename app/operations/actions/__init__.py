"""Verbs of operations: tell people, keep their views, change settings, move things in the calendar, note backups."""

from __future__ import annotations

from app.operations.actions.backups import note_backup
from app.operations.actions.keeping import delete_view, own_view, rename_view, save_view
from app.operations.actions.moving import move_plan, move_record
from app.operations.actions.notices import mark_all_read, mark_read, tell
from app.operations.actions.settings import change_settings

__all__ = [
    "change_settings",
    "delete_view",
    "mark_all_read",
    "mark_read",
    "move_plan",
    "move_record",
    "note_backup",
    "own_view",
    "rename_view",
    "save_view",
    "tell",
]
