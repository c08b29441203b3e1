"""The calendar: month, week and list of what is due and planned; moving by a dialog (a page without JavaScript)."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import date, datetime
from typing import Any

from flask import Response, request, url_for
from flask_login import current_user

from app.campaigns.queries import choices as campaigns
from app.ground import clock
from app.ground.errors import Conflict, Forbidden
from app.operations import actions, grid
from app.operations.actions.moving import when
from app.operations.forms import MoveForm
from app.operations.queries import today
from app.operations.queries.today import Event, Wanted
from app.operations.views import bp
from app.platforms import registry
from app.publishing.queries.badges import RECORD_BADGES
from app.web import labels, times
from app.web.auth import requires
from app.web.forms import submit
from app.web.look import zone
from app.web.pages import render

STATUSES = [(key, labels.status(key).word) for key in ("draft", "review", "needs_revision", "approved")] + RECORD_BADGES
KEPT = ("view", "date", "platform", "campaign", "status")


@bp.get("/calendar")
@requires("viewer")
def calendar() -> Response:
    view, day, wanted = _asked()
    shown = grid.days(view, day)
    events = today.events(*grid.span(shown, zone()), wanted)
    return render(
        "operations/calendar.html", region="results", view=view, day=day, days=shown, weeks=grid.weeks(day), today=_today(), wanted=wanted, **_cells(events),
        events=events, is_cut=len(events) == today.MOST, ready=today.ready_to_schedule(), campaigns=campaigns(), where=_where,
        platforms=[(c.spec.slug, c.spec.name) for c in registry.all()], statuses=STATUSES,
        earlier=grid.step(view, day, -1), later=grid.step(view, day, 1), hour_now=clock.now().astimezone(zone()).hour,
    )  # fmt: skip


@bp.route("/calendar/<any(record, plan):kind>/<uuid:key>", methods=["GET", "POST"])
@requires("viewer")
def event(kind: str, key: uuid.UUID) -> Response:
    found = today.event(kind, key)
    local = found.at.astimezone(zone())
    form = MoveForm(data={"day": local.date(), "time": local.time(), "zone": zone().key, "back": _back()})
    again = _again(found, form)
    return (
        again()
        if request.method == "GET"
        else submit(form, lambda f: _move(found, f), again, then=lambda at: _there(at, form), toast="Moved.")
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
        actions.move_record(found.id, at)
    else:
        actions.move_plan(found.id, at, form.zone.data or "UTC")
    return at


def _again(found: Event, form: MoveForm) -> Any:
    may = current_user.can("operator" if found.kind == "record" else "editor")
    return lambda: render(
        "operations/event.html",
        region="event",
        event=found,
        form=form,
        may_move=may and found.can_move,
        local=found.at.astimezone(zone()),
        there=_there_too(found, form.zone.data or ""),
    )


def _there_too(found: Event, shown: str) -> str:
    """The moment in the zone it was planned in, when that is not the one the page shows."""
    if not found.zone or found.zone == shown:
        return ""
    there = times.zone(found.zone)
    return times.words(found.at, clock.now().astimezone(there).date(), there)


def _there(at: datetime, form: MoveForm) -> str:
    """Back to the calendar as it was; the day of the move without one."""
    back = form.back.data or ""
    return (
        back
        if back == "/calendar" or back.startswith("/calendar?")
        else url_for("operations.calendar", date=at.astimezone(zone()).date().isoformat())
    )


def _back() -> str:
    """The calendar that the person came from, for the way back."""
    seen = request.headers.get("HX-Current-URL") or request.referrer or ""
    path = seen.removeprefix(request.host_url.rstrip("/"))
    return path if path == "/calendar" or path.startswith("/calendar?") else ""


def _asked() -> tuple[str, date, Wanted]:
    """View, day and filters of the query string; what cannot be read means nothing."""
    args = request.args
    view = args.get("view", "month") if args.get("view") in grid.VIEWS else "month"
    try:
        day = date.fromisoformat(args.get("date", ""))
        day = day if 1990 <= day.year <= 2200 else _today()
    except ValueError:
        day = _today()
    platform = args.get("platform", "") if args.get("platform") in {c.spec.slug for c in registry.all()} else ""
    campaign = args.get("campaign", "") if len(args.get("campaign", "")) == 36 else ""
    return view, day, Wanted(platform, campaign, args.get("status", "") if args.get("status") in dict(STATUSES) else "")


def _cells(events: list[Event]) -> dict[str, Any]:
    """Events by local day, and by local day and hour."""
    by_day: dict[date, list[Event]] = defaultdict(list)
    by_hour: dict[tuple[date, int], list[Event]] = defaultdict(list)
    for one in events:
        local = one.at.astimezone(zone())
        by_day[local.date()].append(one)
        by_hour[local.date(), local.hour].append(one)
    return {"by_day": by_day, "by_hour": by_hour, "hours": grid.hours((one.at for one in events), zone())}


def _where(**changes: Any) -> str:
    """The address of this calendar with something changed."""
    args = {name: request.args[name] for name in KEPT if request.args.get(name)} | changes
    return url_for("operations.calendar", **{name: value for name, value in args.items() if value})


def _today() -> date:
    return clock.now().astimezone(zone()).date()
