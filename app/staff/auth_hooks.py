"""What the staff room hands to the guard in front of every view (`app.web.auth.AuthHooks`)."""

from __future__ import annotations

import logging

import sqlalchemy.exc

from app.audit.refusals import record_refusal
from app.core.transactions import autonomous
from app.lib import clock
from app.staff import actions
from app.staff.actions.sessions import TOUCH_EVERY
from app.staff.person import Person
from app.staff.queries.sessions import load_person
from app.staff.views.confirm import ask_confirmation
from app.staff.views.second_factor import require_factor
from app.web.auth import AuthHooks

log = logging.getLogger(__name__)


def touch(person: Person) -> None:
    """Note once a minute that the person is here; the request goes on when that does not work."""
    if abs((clock.now() - person.seen_at).total_seconds()) < TOUCH_EVERY:
        return
    try:
        autonomous(actions.touch, person.session_id)
    except sqlalchemy.exc.SQLAlchemyError as error:
        log.warning("a session could not be touched: %s", type(error).__name__)


AUTH_HOOKS = AuthHooks(
    load=load_person,
    touch=touch,
    record_refusal=record_refusal,
    ask_confirmation=ask_confirmation,
    set_up_factor=require_factor,
)
