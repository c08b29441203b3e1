"""What follows a recorded action: an event row and one delivery per job, so that a job that Redis lost is asked for again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from app.audit.models import AuditEntry, Event, EventDelivery
from app.core.db import app_now, db
from app.core.ids import uuid7
from app.core.queue import consumers, enqueue

REACT = "audit.deliver_event"
GIVE_UP_AFTER = 12  # tries; with doubling waits that is a day


def announce(entry: AuditEntry) -> None:
    """Ask for the jobs that follow `entry`, if any."""
    following = consumers(entry.action)
    if not following:
        return
    event = Event(
        id=uuid7(), event_type=entry.action, severity=entry.severity, service_name=entry.action.partition(".")[0],
        payload={"entity_type": entry.entity_type, "entity_id": entry.entity_id, "trace_id": entry.trace_id},
    )  # fmt: skip
    db.session.add(event)
    db.session.flush()
    for consumer in following:
        db.session.add(EventDelivery(event_id=event.id, consumer=consumer))
        enqueue(REACT, str(event.id), consumer)


def due_deliveries(limit: int = 200) -> Sequence[EventDelivery]:
    """Open deliveries whose next try has come."""
    open_and_due = sa.and_(
        EventDelivery.handled_at.is_(None), EventDelivery.next_try_at <= app_now(), EventDelivery.tries < GIVE_UP_AFTER
    )
    return db.session.scalars(
        sa.select(EventDelivery).where(open_and_due).order_by(EventDelivery.next_try_at).limit(limit)
    ).all()


def redeliver() -> int:
    """Ask again for the jobs of deliveries older than a minute that nobody handled. Returns how many."""
    found = due_deliveries()
    for delivery in found:
        enqueue(REACT, str(delivery.event_id), delivery.consumer)
        delivery.next_try_at = app_now() + timedelta(minutes=1)
    return len(found)


def claim(event_id: str, consumer: str) -> str | None:
    """Count one try; returns the id of the thing the event is about, None when it was handled already."""
    delivery = _open(event_id, consumer)
    if delivery is None:
        return None
    delivery.tries += 1
    delivery.next_try_at = app_now() + timedelta(seconds=30 * 2 ** min(delivery.tries, 11))
    event = db.session.get_one(Event, delivery.event_id)
    return str(event.payload.get("entity_id") or "")


def mark_handled(event_id: str, consumer: str) -> None:
    """The job that follows has done its work."""
    delivery = _open(event_id, consumer)
    if delivery is not None:
        delivery.handled_at, delivery.last_error = app_now(), None


def mark_failed(event_id: str, consumer: str, error: str) -> None:
    """It has not; the sweeper asks again later."""
    delivery = _open(event_id, consumer)
    if delivery is not None:
        delivery.last_error = error[:500]


def _open(event_id: str, consumer: str) -> EventDelivery | None:
    found = db.session.get(EventDelivery, (uuid.UUID(event_id), consumer), with_for_update=True)
    return found if found is not None and found.handled_at is None else None
