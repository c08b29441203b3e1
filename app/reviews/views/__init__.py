"""Pages of reviews: the queue, decisions, and the list of all requests."""

from __future__ import annotations

from . import decisions, history, queue, requests  # noqa: F401  (they register their views)
from .blueprint import bp

__all__ = ["bp"]
