"""Pages of publishing: the queue, records, one record and its verbs, holds."""

from __future__ import annotations

from app.publishing.views import (  # noqa: F401  (add their routes)
    answer,
    duplicates,
    holds,
    jobs,
    moves,
    plan,
    record,
    records,
)
from app.publishing.views.blueprint import bp  # noqa: F401  (rooms.py registers it)
