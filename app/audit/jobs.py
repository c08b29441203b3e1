"""Jobs of the room: seal each minute, make partitions each day, follow up events."""

from __future__ import annotations

from app.audit import actions
from app.audit.actions.events import REACT, claim
from app.core.queue import JOBS, job
from app.core.work import step


@job("audit.seal")
def seal() -> None:
    """Each minute, by the clock."""
    step(actions.seal)


@job("audit.partitions")
def partitions() -> None:
    """Each day, by the clock."""
    step(actions.make_partitions)


@job("audit.ring_open")
def ring_open() -> None:
    """Each minute: bells that were lost."""
    step(actions.ring_open)


@job(REACT)
def react(event_id: str, consumer: str) -> None:
    """Run one job that follows one event; it gets the id of the thing the event is about."""
    entity_id = step(claim, event_id, consumer)
    if entity_id is None:
        return
    try:
        JOBS[consumer].run(entity_id)
    except Exception as error:
        step(actions.mark_failed, event_id, consumer, f"{type(error).__name__}: {error}")
        raise
    step(actions.mark_handled, event_id, consumer)
