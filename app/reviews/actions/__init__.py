"""Verbs of reviews. Each locks the content item first and its request second, so that saving, deciding and
the clock never wait for each other in a circle."""

from __future__ import annotations

from app.reviews.actions.ask import ask, withdraw
from app.reviews.actions.comment import comment
from app.reviews.actions.decide import DecisionResult, decide
from app.reviews.actions.expiry import expire, expire_due, supersede_stale
from app.reviews.actions.opening import open_for_review
from app.reviews.actions.undo import undo

__all__ = [
    "DecisionResult",
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
