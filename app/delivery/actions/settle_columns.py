"""An answer as columns: of the attempt that it answers, and of the record that it moves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.db import app_now, db
from app.delivery import retry
from app.delivery.actions import remarks
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.write import NOW, DatabaseTime
from app.platforms.base import Verdict
from app.publishing import reconcile
from app.publishing.actions.lease import RELEASED
from app.publishing.models import ERROR_TYPES

LONGEST_MESSAGE = 2000


def record_columns(delivery: Delivery, verdict: Verdict, follows: retry.Next) -> dict[str, Any]:
    """The record's columns after the verdict."""
    out: dict[str, Any] = {
        "status": follows.status,
        **RELEASED,
        "unknown_since": None,
        "next_retry_at": DatabaseTime(follows.wait) if follows.wait is not None else None,
        "error_type": None,
        "error_message": None,
        "error_code": None,
        "metadata": remarks.metadata(verdict),
    }
    if follows.status == "success":
        return out | {
            "platform_post_id": verdict.post_id,
            "platform_url": verdict.url or None,
            "published_at": NOW,
        }
    if follows.status == "confirming":
        return out | {"container": {**delivery.container, **verdict.evidence}}
    out |= {
        "error_type": _error_type(verdict),
        "error_message": _cut(verdict.message),
        "error_code": verdict.code or None,
    }
    if follows.status == "unknown":
        now = db.session.execute(sa.select(app_now())).scalar_one()
        told = unknown_columns(reconcile.Case(delivery.connector.spec, delivery.committed_at or now), now)
        return out | told | ({"next_retry_at": now + verdict.retry_after} if verdict.retry_after is not None else {})
    if follows.uses_retry:
        out["retry_count"] = delivery.retries + 1
    if follows.status == "failed":
        out |= {"dead_letter_at": NOW, "dead_letter_reason": follows.dead}
    return out


def unknown_columns(case: reconcile.Case, now: datetime) -> dict[str, Any]:
    """The columns of a record that has just become unknown: when to look first, or never."""
    return {
        "unknown_since": NOW,
        "was_unknown": True,
        "look_count": 0,
        "next_retry_at": reconcile.first_lookup_at(case, now),
    }


def attempt_columns(verdict: Verdict) -> dict[str, Any]:
    """An answer as the columns of an attempt."""
    outcome = "unknown" if verdict.outcome == "accepted" else verdict.outcome
    return {
        "outcome": outcome,
        "finished_at": NOW,
        "error_type": None if outcome == "yes" else _error_type(verdict),
        "http_status": verdict.http_status,
        "platform_code": verdict.code or None,
        "message": _cut(verdict.message),
        "response": dict(verdict.response) | ({"own_words": True} if verdict.own_words else {}) or None,
        "duration_ms": verdict.duration_ms,
        "matched_by": verdict.matched_by,
        "post_id": verdict.post_id or None,
        "post_url": verdict.url or None,
    }


def _error_type(verdict: Verdict) -> str | None:
    if verdict.outcome == "accepted":
        return None
    return verdict.error_type if verdict.error_type in ERROR_TYPES else "unknown"


def _cut(text: str) -> str | None:
    return text.replace("\x00", "")[:LONGEST_MESSAGE] or None
