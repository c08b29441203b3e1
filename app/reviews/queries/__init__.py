"""Reads of reviews: the queue of one person, one request with all its page needs, the list of all requests."""

from __future__ import annotations

from app.reviews.queries.decisions import Comments, comments_of, decisions_of
from app.reviews.queries.history import REQUESTS, of_item
from app.reviews.queries.queue import QueueRow, counting, waiting_count, waiting_for
from app.reviews.queries.request import Shown, base_version, next_due, shown, standing_vote

__all__ = [
    "REQUESTS",
    "Comments",
    "QueueRow",
    "Shown",
    "base_version",
    "comments_of",
    "counting",
    "decisions_of",
    "next_due",
    "of_item",
    "shown",
    "standing_vote",
    "waiting_count",
    "waiting_for",
]
