"""Jobs of reviews: requests whose time is over, requests on a version that is no longer current."""

from __future__ import annotations

import uuid

from app.core.queue import job
from app.core.transactions import transaction
from app.reviews import actions


@job("reviews.expire")
def expire() -> None:
    """Every few minutes, by the clock; one step for each, so that one that fails keeps no other waiting."""
    for request_id in transaction(actions.expire_due):
        transaction(actions.expire, request_id)


@job("reviews.supersede")
def supersede(item_id: str) -> None:
    """Follows content.save_version and content.plan_under_review."""
    transaction(actions.supersede_stale, uuid.UUID(item_id))
