"""Pages of reviews: the queue, decisions, and the list of all requests."""

from __future__ import annotations

from app.reviews.views import decisions, history, queue, requests  # noqa: F401  (they register their views)
from app.reviews.views.blueprint import bp

__all__ = ["bp"]
