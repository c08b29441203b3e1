"""Jobs of metrics: the clock has the past added up."""

from __future__ import annotations

from app.core.queue import job
from app.core.transactions import transaction
from app.metrics import actions


@job("metrics.add_up")
def add_up() -> None:
    """Every quarter of an hour; one step for each time zone of the desk."""
    for zone in transaction(actions.zones):
        transaction(actions.add_up, zone)
