"""Verbs of operations: change settings, note backups."""

from __future__ import annotations

from app.operations.actions.backups import note_backup
from app.operations.actions.settings import change_settings

__all__ = ["change_settings", "note_backup"]
