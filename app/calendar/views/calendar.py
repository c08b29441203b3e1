"""The calendar: month, week and list of what is due and planned; moving by a dialog (a page without JavaScript)."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Response, url_for
from flask_login import current_user
from htmx_flask import request

from app.calendar import grid, queries
from app.calendar.actions import move_plan, move_record, when
from app.calendar.forms import MoveForm
from app.calendar.queries import Event, Place, Wanted
from app.calendar.views.blueprint import bp
from app.calendar.views.entries import Entry, entries
from app.campaigns.queries import choices as campaigns
from app.lib import clock
from app.lib.errors import Conflict, Forbidden
from app.platforms import registry
from app.publishing.queries.badges import RECORD_BADGES
from app.web import labels, times
from app.web.auth import requires
from app.web.forms import submit
from app.web.pages import render
from app.web.template_globals import zone

STATUSES = [(key, labels.status(key).word) for key in ("draft", "review", "needs_revision", "approved")] + RECORD_BADGES
KEPT = ("view", "date", "platform", "campaign", "status")
EACH = 3
"""Events that a cell of the month or the week shows; "more" leads to the list."""


@bp.get("/calendar")
@requires("viewer")
def index() -> Response:
    view, day, wanted = _asked()
    shown = grid.days(view, day)
    events, found, cut = _shown(view, shown, wanted)
    return render(
        "calendar/index.html", region="results", view=view, day=day, days=shown, weeks=grid.weeks(day), today=_today(), wanted=wanted,
        **_cells(view, events), events=events, counted=found, cut=cut, ready=queries.ready_to_schedule(), campaigns=campaigns(wanted.campaign),
        where=_where, hour_of=_hours(), most=queries.COUNTED,
        platforms=[(c.spec.slug, c.spec.name) for c in registry.all()], statuses=STATUSES,
        earlier=grid.step(view, day, -1), later=grid.step(view, day, 1), hour_now=clock.now().astimezone(zone()).hour,
    )  # fmt: skip


def _shown(view: str, shown: list[date], wanted: Wanted) -> tuple[list[Event], dict[Any, int], str]:
    """Events; how many each cell (a day, or a day and an hour) has; and for the list where its next page begins, if there is one."""
    if view == "list":
        events = queries.events(*grid.span(shown, zone()), wanted, queries.LISTED + 1, _after())
        last = events[queries.LISTED - 1] if len(events) > queries.LISTED else None
        return events[: queries.LISTED], {}, f"{last.at.isoformat()}_{last.id}" if last else ""
    bounds = grid.bounds(view, shown, zone())
    events, counted = queries.spans(bounds, wanted, EACH)
    many: dict[Any, int] = defaultdict(int)
    for (first, _), count in zip(bounds, counted, strict=True):
        local = first.astimezone(zone())
        many[local.date() if view == "month" else (local.date(), local.hour)] += count
    return events, many, ""


def _after() -> Place | None:
    """Where the page of the list before ended; None for the first, and for what cannot be read."""
    at, _, key = request.args.get("after", "").partition("_")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    found = _id(key)
    return (moment, found) if moment.tzinfo and found else None


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _hours() -> Callable[[date, int], str]:
    """Day and hour → the list from that hour on. What hundreds of these addresses share is made once."""
    every, where = _where(view="list", date=""), zone()

    def address(day: date, hour: int) -> str:
        at = grid.begin(day, hour, where).astimezone(where)
        return f"{every}&{urlencode({'date': day.isoformat(), 'after': f'{at.isoformat()}_{uuid.UUID(int=0)}'})}"

    return address


@bp.route("/calendar/<any(record, plan):kind>/<uuid:key>", methods=["GET", "POST"])
@requires("viewer")
def event(kind: str, key: uuid.UUID) -> Response:
    found = queries.event(kind, key)
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
        move_record(found.id, at)
    else:
        move_plan(found.id, at, form.zone.data or "UTC")
    return at


def _again(found: Event, form: MoveForm) -> Any:
    may = current_user.can("operator" if found.kind == "record" else "editor")
    return lambda: render(
        "calendar/event.html",
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
    return _calendar_as(form.back.data or "") or url_for(
        "calendar.index", date=at.astimezone(zone()).date().isoformat()
    )


def _back() -> str:
    """The calendar that the person came from, for the way back."""
    seen = request.htmx.current_url or request.referrer or ""
    return _calendar_as(seen.removeprefix(request.host_url.rstrip("/")))


def _calendar_as(given: str) -> str:
    """The calendar at this address of a client, as an address of our own making: nothing of theirs stands in it but values of
    parameters we know, encoded. "" for any other page."""
    path, _, query = given[:2000].partition("#")[0].partition("?")
    if path != "/calendar":
        return ""
    asked: dict[str, Any] = {name: value for name, value in parse_qsl(query) if name in (*KEPT, "after")}
    return url_for("calendar.index", **asked)


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
    return (
        view,
        day,
        Wanted(
            platform,
            _id(args.get("campaign", "")),
            args.get("status", "") if args.get("status") in dict(STATUSES) else "",
        ),
    )


def _cells(view: str, events: list[Event]) -> dict[str, Any]:
    """Events by local day, and entries by local day and hour."""
    by_day: dict[date, list[Any]] = defaultdict(list)
    by_hour: dict[tuple[date, int], list[Entry]] = defaultdict(list)
    for one, entry in zip(events, entries(events), strict=True):
        by_day[entry.local.date()].append(one if view == "list" else entry)
        by_hour[entry.local.date(), entry.local.hour].append(entry)
    return {"by_day": by_day, "by_hour": by_hour, "hours": grid.hours((one.at for one in events), zone())}


def _where(**changes: Any) -> str:
    """The address of this calendar with something changed."""
    args = {name: request.args[name] for name in KEPT if request.args.get(name)} | changes
    return url_for("calendar.index", **{name: value for name, value in args.items() if value})


def _today() -> date:
    return clock.now().astimezone(zone()).date()
