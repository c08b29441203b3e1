"""The verbs of the room. They change state, write one line of history each, and never commit."""

from __future__ import annotations

from app.content.actions.approval import (
    back_to_draft,
    back_to_review,
    keep_open_records,
    set_approved,
    set_needs_revision,
    set_rejected,
    to_review,
)
from app.content.actions.assets import store_picture
from app.content.actions.drafts import autosave, discard_draft
from app.content.actions.items import Stale, archive, create_item, describe, restore, save_version
from app.content.actions.plans import plan, plan_problems

__all__ = [
    "Stale",
    "archive",
    "autosave",
    "back_to_draft",
    "back_to_review",
    "create_item",
    "describe",
    "discard_draft",
    "keep_open_records",
    "plan",
    "plan_problems",
    "restore",
    "save_version",
    "set_approved",
    "set_needs_revision",
    "set_rejected",
    "store_picture",
    "to_review",
]
