"""The moments that gaps and daily caps count, as SQL over `publish_records`.

Out, or maybe out, counts from the moment it went:
  shown          when it was published
  accepted       when the call was made, not when it is looked at next: the platform counted the call
  in doubt       since it is in doubt; a call under way and a replay that looks first: since the call
  given up       by a person who could not tell: since the call
What waits counts, for whoever chooses a moment, when it is due. What was surely refused or is surely absent never counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.publishing.models import OPEN
from app.publishing.models import PublishRecord as R
from app.publishing.queries.last_call import LAST_CALL

LATELY = timedelta(days=8)
"""Longer than any gap or cap reaches back."""

WENT = sa.func.coalesce(R.published_at, R.unknown_since, sa.func.greatest(R.claimed_at, LAST_CALL), R.due_at)
TAKEN = sa.case(
    (R.status.in_(("pending", "retrying")), sa.func.greatest(R.due_at, R.next_retry_at)),
    else_=WENT,
)


def may_be_out(since: datetime) -> sa.ColumnElement[bool]:
    """Records that are out since then, or may be."""
    asked = sa.or_(R.status.in_(("confirming", "unknown")), R.step == "commit", R.meta.has_key("look_first"))
    return sa.or_(_end_since(since), sa.and_(R.status.in_(OPEN), asked))


def may_be_taken(since: datetime) -> sa.ColumnElement[bool]:
    """These and all that will go."""
    return sa.or_(_end_since(since), R.status.in_(OPEN))


def _end_since(since: datetime) -> sa.ColumnElement[bool]:
    gave_up = sa.and_(R.status == "failed", R.dead_letter_reason == "given_up", R.dead_letter_at > since)
    return sa.or_(R.published_at > since, gave_up)
