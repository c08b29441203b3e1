"""The message on top of a request's page: why it cannot be decided on any more, or why a decision was refused."""

from __future__ import annotations

from dataclasses import dataclass

from app.lib import clock
from app.reviews import queries, rules
from app.reviews.models import OPEN


@dataclass(frozen=True, slots=True)
class PageMessage:
    """A message on top of the page, with the status it is answered with."""

    title: str
    text: str
    status: int = 200
    tone: str = "wait"
    typed: str = ""
    """The sentence of a decision that was not taken; it is given back."""


CLOSED = {
    "expired": ("This request has expired", "Nobody decided in time. Its author can ask for a new review.", "idle"),
    "superseded": (
        "A newer version was saved",
        "This request has ended; the newer version needs a review of its own.",
        "wait",
    ),
    "replanned": (
        "The plan changed",
        "Accounts, time and zone are part of what is decided, so this request has ended; the new plan is asked for anew.",
        "wait",
    ),
    "cancelled": ("The author withdrew this request", "There is nothing to decide any more.", "idle"),
}


def closing_message(details: queries.RequestDetails) -> PageMessage | None:
    """Why nobody can decide any more; None while somebody can, and after a decision."""
    status = details.request.status
    if status == "superseded" or (status in OPEN and not details.is_standing):
        status = "replanned" if details.is_current else "superseded"
    elif status in OPEN and not rules.is_open(details.request, clock.now()):
        status = "expired"
    return PageMessage(*CLOSED[status][:2], tone=CLOSED[status][2]) if status in CLOSED else None
