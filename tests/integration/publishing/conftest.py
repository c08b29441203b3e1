"""What several files of this folder begin with."""

from __future__ import annotations

import pytest

from app.core.db import db
from app.core.transactions import transaction
from app.publishing.models import PublishAttempt
from tests import publishing_desk as desk

SEEN = {
    "post_id": "77", "url": "https://m.test/@desk/77", "text": "Forecast: 5 °C <b>مرحبا</b>",
    "created_at": "2026-11-29T07:00:00+00:00", "differs": ["rewritten text"],
}  # fmt: skip


@pytest.fixture
def doubted(app):
    """An unknown record, long sent, whose look saw one candidate."""
    (key,) = desk.scheduled(desk.account("mastodon", configuration={"min_gap": 0}), text="Forecast: -5 °C")
    desk.by_hand(
        "UPDATE publish_records SET status = 'unknown', was_unknown = true, attempt_count = 1, unknown_since = now() - interval '1 hour',"
        " metadata = '{\"look_first\": true}' WHERE id = :k", k=key,
    )  # fmt: skip
    facts = {"record_id": key, "number": 1, "generation": 1}
    desk.by_hand(
        "INSERT INTO publish_attempts (record_id, number, step, started_at)"
        " VALUES (:k, 1, 'commit', now() - interval '1 hour')", k=key,
    )  # fmt: skip
    look = PublishAttempt(**facts, step="reconcile", outcome="unknown", response={"candidates": [SEEN]})
    transaction(lambda: db.session.add(look))
    return key
