"""Moving things in the calendar: the same verbs as everywhere, after reading the typed day and time in a zone."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa

from app.content import actions as content
from app.content import queries as items
from app.core.db import db
from app.lib import clock
from app.lib.errors import Invalid, NotFound
from app.lib.local_time import TOO_FAR, WrongTime, moment, too_far
from app.publishing import actions as publishing
from app.publishing.models import PublishRecord


def when(on: str, at: str, zone: str, which: str = "") -> datetime:
    """UTC of a typed day and time. Raises Invalid for garbage, a gap, a time that comes twice, and years ahead."""
    try:
        found = moment(on, at, zone, which)
    except WrongTime as wrong:
        raise Invalid({"which" if wrong.twice else "time": str(wrong)}) from None
    if too_far(found, clock.now()):
        raise Invalid({"day": TOO_FAR})
    return found


def move_record(record_id: uuid.UUID, at: datetime) -> PublishRecord:
    """A waiting record to another moment. Raises what `publishing.reschedule` raises: Conflict, Invalid."""
    record = db.session.scalar(sa.select(PublishRecord).where(PublishRecord.id == record_id))
    if record is None:
        raise NotFound("There is no such record.")
    try:
        return publishing.reschedule(record, at)
    except Invalid as refused:
        raise Invalid({"time": " ".join(refused.errors.values())}) from None


def move_plan(item_id: uuid.UUID, at: datetime, zone: str) -> None:
    """An item's plan to another moment, its accounts as they are: nothing is scheduled by it, and an open review ends."""
    try:
        content.plan(items.by_id(item_id), at, zone)
    except Invalid as refused:
        raise Invalid({"time": " ".join(refused.errors.values())}) from None
