"""What platforms say about their limits, and hosts that answer slowly: both are kept where every worker sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from app.core.db import app_now, db
from app.delivery.actions.delivery import Delivery
from app.delivery.retry import LONGEST_ASKED
from app.platforms.base import Verdict
from app.publishing.models import RateWindow

SLOW_FOR = timedelta(minutes=10)
WAIT = "wait"
"""The counter under which a Retry-After is kept."""
PLENTY = 50
"""With more left than this nothing is near its end, and the row is not written anew for every post."""


def store_windows(delivery: Delivery, verdict: Verdict) -> None:
    """Keep the limits of an answer, and whether its host timed out (one call at a time until it answers again)."""
    for window in verdict.limits:
        if window.remaining > PLENTY:
            continue
        owner = delivery.host if window.scope == "host" else str(delivery.credential_id)
        resets = sa.func.least(sa.literal(window.resets_at), app_now() + LONGEST_ASKED)
        _put(window.scope, f"{owner}|{window.key}", window.remaining, resets)
    if verdict.error_type == "rate_limit" and verdict.retry_after:  # the account's other records wait with this one
        until = app_now() + min(verdict.retry_after, LONGEST_ASKED)
        _put("account", f"{delivery.credential_id}|{WAIT}", 0, until)
    if is_timeout(verdict):
        _put("slow_host", delivery.host, 1, app_now() + SLOW_FOR)
    elif delivery.host_slow and (verdict.http_status or verdict.outcome == "yes"):
        clear_slow_host(delivery.host)


def is_timeout(verdict: Verdict) -> bool:
    """The host did not answer in time, or broke off."""
    return verdict.matched_by in ("error:timeout", "error:connect") and verdict.http_status is None


def clear_slow_host(host: str) -> None:
    """The host answered: as many calls at once as usual."""
    db.session.execute(sa.delete(RateWindow).where(RateWindow.scope == "slow_host", RateWindow.key == host))


def _put(scope: str, key: str, remaining: int, resets_at: Any) -> None:
    row = insert(RateWindow).values(scope=scope, key=key, remaining=remaining, resets_at=resets_at)
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=["scope", "key"],
            set_={"remaining": row.excluded.remaining, "resets_at": row.excluded.resets_at},
        )
    )
