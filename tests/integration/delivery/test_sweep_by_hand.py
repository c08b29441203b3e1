"""What a person has settled by SQL while a worker held it stays settled when the worker is gone."""

from __future__ import annotations

import pytest

from app.core.transactions import transaction
from app.delivery.actions.sweep import sweep
from tests import publishing_desk as desk
from tests.integration.delivery.test_cohort_steps import claimed, sent


@pytest.mark.parametrize("step", ["prepare", "commit"])
def test_a_record_that_was_cancelled_by_hand_is_not_brought_back(app, step):
    (delivery,) = claimed(1)
    if step == "commit":
        sent([delivery])
    past = "UPDATE publish_records SET status = 'cancelled', lease_expires_at = now() - interval '1 h' WHERE id = :id"
    desk.by_hand(past, id=delivery.id)
    transaction(sweep)
    desk.work()
    found = desk.record(delivery.id)
    assert found.status == "cancelled" and found.lease_owner is None
