"""Jobs of the room: seal each minute, check what was sealed, make partitions each day, follow up events."""

from __future__ import annotations

from app.audit import actions, inspection
from app.audit.actions.events import REACT, claim
from app.core.queue import current, enqueue, job, run_consumer
from app.core.transactions import transaction
from app.lib import logs


@job("audit.seal")
def seal() -> None:
    """Each minute, by the clock."""
    inspection.seal_and_note()


@job("audit.check_new")
def check_new() -> None:
    """Every five minutes: what was sealed since, against entries, chain and file."""
    inspection.check_new()


@job("audit.check_night")
def check_night() -> None:
    """Each night, by the clock, whose own jobs end within ten minutes: ask for the check that may take hours."""
    transaction(enqueue, "audit.check_all")


@job("audit.check_all", timeout=6 * 3600)
def check_all() -> None:
    """The whole trail."""
    inspection.check_all()


@job("audit.partitions")
def partitions() -> None:
    """Each day, by the clock."""
    transaction(actions.make_partitions)


@job("audit.redeliver", formerly="audit.ring_open")
def redeliver() -> None:
    """Each minute: jobs that Redis lost."""
    transaction(actions.redeliver)


@job(REACT, formerly="audit.react")
def deliver_event(event_id: str, consumer: str) -> None:
    """Run one job that follows one event; it gets the id of the thing the event is about.

    What Redis names and what the row of the delivery names may each be as an older desk called it: the row is looked for under
    both, and is claimed and settled by its own.
    """
    entity_id = transaction(claim, event_id, consumer)
    if entity_id is None and (today := current(consumer)) != consumer:
        consumer, entity_id = today, transaction(claim, event_id, today)
    if entity_id is None:
        return
    try:
        run_consumer(current(consumer), entity_id)
    except Exception as error:
        transaction(actions.mark_failed, event_id, consumer, logs.words(error))
        raise
    transaction(actions.mark_handled, event_id, consumer)
