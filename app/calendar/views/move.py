"""One entry of the calendar, and moving it: a dialog, or a page without JavaScript."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, url_for
from flask_login import current_user
from htmx_flask import request

from app.calendar.actions import move_plan, move_record, when
from app.calendar.forms import MoveForm
from app.calendar.queries.events import Event
from app.calendar.queries.events import event as event_by_id
from app.calendar.views.blueprint import bp
from app.calendar.views.calendar import KEPT
from app.lib import clock
from app.lib.errors import Conflict, Forbidden
from app.web import times
from app.web.auth import requires
from app.web.forms import submit
from app.web.pages import render
from app.web.template_globals import zone


@bp.route("/calendar/<any(record, plan):kind>/<uuid:key>", methods=["GET", "POST"])
@requires("viewer")
def event(kind: str, key: uuid.UUID) -> Response:
    found = event_by_id(kind, key)
    local = found.at.astimezone(zone())
    form = MoveForm(data={"day": local.date(), "time": local.time(), "zone": zone().key, "back": _origin()})
    again = _dialog(found, form)
    return (
        again()
        if request.method == "GET"
        else submit(form, lambda f: _move(found, f), again, then=lambda at: _destination(at, form), toast="Moved.")
    )


def _move(found: Event, form: MoveForm) -> datetime:
    if not current_user.can("operator" if found.kind == "record" else "editor"):
        raise Forbidden("Moving it needs another role. Ask an admin.")
    if not found.can_move:
        raise Conflict("It is on its way or settled already, so it cannot be moved. Reload the calendar.")
    at = when(
        form.day.data.isoformat(), form.time.data.strftime("%H:%M"), form.zone.data or "UTC", form.which.data or ""
    )
    if found.kind == "record":
        move_record(found.id, at)
    else:
        move_plan(found.id, at, form.zone.data or "UTC")
    return at


def _dialog(found: Event, form: MoveForm) -> Any:
    may = current_user.can("operator" if found.kind == "record" else "editor")
    return lambda: render(
        "calendar/event.html",
        region="event",
        event=found,
        form=form,
        may_move=may and found.can_move,
        local=found.at.astimezone(zone()),
        planned_time=_planned_time(found, form.zone.data or ""),
    )


def _planned_time(found: Event, shown: str) -> str:
    """The moment in the zone it was planned in, when that is not the one the page shows."""
    if not found.zone or found.zone == shown:
        return ""
    there = times.zone(found.zone)
    return times.format_moment(found.at, clock.now().astimezone(there).date(), there)


def _destination(at: datetime, form: MoveForm) -> str:
    """Back to the calendar as it was; the day of the move without one."""
    return _calendar_address(form.back.data or "") or url_for(
        "calendar.index", date=at.astimezone(zone()).date().isoformat()
    )


def _origin() -> str:
    """The calendar that the person came from, for the way back."""
    seen = request.htmx.current_url or request.referrer or ""
    return _calendar_address(seen.removeprefix(request.host_url.rstrip("/")))


def _calendar_address(given: str) -> str:
    """The calendar at this address of a client, as an address of our own making: nothing of theirs stands in it but values of
    parameters we know, encoded. "" for any other page."""
    path, _, query = given[:2000].partition("#")[0].partition("?")
    if path != "/calendar":
        return ""
    asked: dict[str, Any] = {name: value for name, value in parse_qsl(query) if name in (*KEPT, "after")}
    return url_for("calendar.index", **asked)
