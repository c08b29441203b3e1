"""Reads of reviews: the queue of one person, one request with all its page needs, the list of all requests."""

from __future__ import annotations

from app.reviews.queries.decisions import Comments, comments_of, decisions_of
from app.reviews.queries.history import REQUESTS, of_item
from app.reviews.queries.queue import QueueRow, queue, queue_length, select_queue_length
from app.reviews.queries.request import RequestDetails, base_version, details, next_due, own_vote
from app.reviews.queries.rights import rights

__all__ = [
    "REQUESTS",
    "Comments",
    "QueueRow",
    "RequestDetails",
    "base_version",
    "comments_of",
    "decisions_of",
    "details",
    "next_due",
    "of_item",
    "own_vote",
    "queue",
    "queue_length",
    "rights",
    "select_queue_length",
]
