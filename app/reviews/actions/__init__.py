"""Verbs of reviews. Each locks the content item first and its request second, so that saving, deciding and
the clock never wait for each other in a circle."""

from __future__ import annotations

from .ask import ask, withdraw
from .comment import comment
from .decide import Decided, decide
from .lapse import expire, expire_due, supersede_stale
from .opening import open_for_review
from .undo import undo

__all__ = [
    "Decided",
    "ask",
    "comment",
    "decide",
    "expire",
    "expire_due",
    "open_for_review",
    "supersede_stale",
    "undo",
    "withdraw",
]
