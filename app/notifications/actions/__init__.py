"""Verbs: tell people, mark what they have read."""

from __future__ import annotations

from app.notifications.actions.inbox import mark_all_read, mark_read, tell

__all__ = ["mark_all_read", "mark_read", "tell"]
