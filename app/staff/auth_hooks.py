"""What the accounts room hands to the guard at the door (`app.web.auth.Doors`)."""

from __future__ import annotations

import logging
import time
from typing import Any

import sqlalchemy.exc

from app.audit.actions import record
from app.core.transactions import autonomous
from app.lib import clock
from app.staff import actions
from app.staff.actions.sessions import TOUCH_EVERY
from app.staff.queries.sessions import load_person
from app.web.auth import AuthHooks

log = logging.getLogger(__name__)
TELL_EVERY = 60.0  # seconds
_told_at = -TELL_EVERY


def touch(person: Any) -> None:
    """Note once a minute that the person is here; the request goes on when that does not work."""
    if abs((clock.now() - person.seen_at).total_seconds()) < TOUCH_EVERY:
        return
    try:
        autonomous(actions.touch, person.session_id)
    except sqlalchemy.exc.SQLAlchemyError as error:
        log.warning("a session could not be touched: %s", type(error).__name__)


def refused(why: str) -> None:
    """Note that somebody tried what their role does not allow."""
    try:
        autonomous(record, "web.refused", None, severity="warning", success=False, error=why)
    except sqlalchemy.exc.SQLAlchemyError as error:
        log.warning("a refusal could not be recorded: %s", type(error).__name__)


def refused_job(queue: str, why: str) -> None:
    """Note that somebody put a job into Redis; once a minute, however many they put."""
    global _told_at
    if time.monotonic() - _told_at < TELL_EVERY:
        return
    _told_at = time.monotonic()
    try:
        autonomous(record, "jobs.refuse", ("queues", queue), label=queue, severity="error", success=False, error=why)
    except sqlalchemy.exc.SQLAlchemyError as error:
        log.warning("a refused job could not be recorded: %s", type(error).__name__)


def ask_again() -> Any:
    """The page that asks for the password or a code, or None when it was just given."""
    from app.staff.views.confirm import ask_again as ask  # views stand above; they are there once the app is

    return ask()


def set_up_factor() -> Any:
    """The way to the page where the second factor is set up."""
    from app.staff.views.second_factor import set_up_first

    return set_up_first()


AUTH_HOOKS = AuthHooks(load=load_person, touch=touch, refused=refused, ask_again=ask_again, set_up_factor=set_up_factor)
