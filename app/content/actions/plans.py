"""When and where an item is meant to go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.audit import actions as audit
from app.content.models import ITEM, ContentItem
from app.content.queries.plans import plan_hash
from app.core.db import db
from app.lib import clock, local_time
from app.lib.errors import Invalid


def plan_problems(at: datetime | None, planned: datetime | None) -> dict[str, str]:
    """field → message where a moment cannot be planned. The one that is `planned` already may stay: it stops no edit."""
    if at is None or at == planned:
        return {}
    if local_time.in_past(at, clock.now()):
        return {"plan_at": "That time is over. Choose one in the future, or leave it empty and publish after approval."}
    return {"plan_on": local_time.TOO_FAR} if local_time.too_far(at, clock.now()) else {}


def plan(
    item: ContentItem, at: datetime | None, timezone: str, accounts: Sequence[tuple[str, str]] | None = None
) -> None:
    """When and where it is meant to go: `accounts` are (credential id, platform), None: as they are. A plan is not a job.

    The reviewer decides on the plan, too: another one ends an open review, the item is a draft again. Raises Invalid for
    a time that is over or years ahead, or a zone that is none; unchanged plans write nothing.
    """
    db.session.refresh(item, with_for_update=True)
    ids, platforms = list(item.planned_accounts), list(item.planned_platforms)
    if accounts is not None:
        ids, platforms = [str(a) for a, _ in accounts], list(dict.fromkeys(p for _, p in accounts))
    if (item.scheduled_for, item.timezone, item.planned_accounts) == (at, timezone, ids):
        return
    try:
        local_time.zone(timezone)
    except local_time.WrongTime as wrong:
        raise Invalid({"plan_zone": str(wrong)}) from None
    if problems := plan_problems(at, item.scheduled_for):
        raise Invalid(problems)
    before, hash_before = _plan_of(item), plan_hash(item)
    item.scheduled_for, item.timezone, item.planned_accounts, item.planned_platforms = at, timezone, ids, platforms
    after = _plan_of(item)
    changes = {k: [before[k], after[k]] for k in before if before[k] != after[k]}
    if item.status == "review" and plan_hash(item) != hash_before:
        was = ITEM.move(item, "draft")
        audit.record("content.plan_under_review", item, changes={**changes, "status": [was, "draft"]})
    else:
        audit.record("content.plan", item, changes=changes)


def _plan_of(item: ContentItem) -> dict[str, Any]:
    return {k: getattr(item, k) for k in ("scheduled_for", "timezone", "planned_accounts")}
