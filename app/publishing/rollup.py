"""A job's status, derived from its records'. Pure (docs/states.md, "Publish job")."""

from __future__ import annotations

from collections.abc import Sequence

from app.publishing.pages.badges import SETTLED


def job_status(statuses: Sequence[str]) -> str:
    """No records → pending. All final: one word for all of them, partial for a mixture with a success. Else running."""
    seen = frozenset(statuses)
    if not seen:
        return "pending"
    if seen <= SETTLED:
        return _final_status(seen)
    return "pending" if seen <= {"pending", "cancelled"} else "running"


def _final_status(seen: frozenset[str]) -> str:
    if "success" in seen:
        return "success" if len(seen) == 1 else "partial"
    return "cancelled" if seen == {"cancelled"} else "failed"
