"""The calendar: month, week and list of what is due and planned; what moves there: `move.py`."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, url_for
from htmx_flask import request

from app.calendar import grid
from app.calendar.queries import events as event_queries
from app.calendar.queries import spans as span_queries
from app.calendar.queries.events import Event, Filters, Place
from app.calendar.queries.ready import ready_to_schedule
from app.calendar.views.blueprint import bp
from app.calendar.views.entries import Entry, entries
from app.campaigns.queries import choices as campaigns
from app.core.ids import parse_id
from app.lib import clock
from app.platforms import registry
from app.publishing.queries.badges import RECORD_BADGES
from app.web import labels
from app.web.auth import requires
from app.web.pages import render
from app.web.template_globals import zone

STATUSES = [(key, labels.status(key).word) for key in ("draft", "review", "needs_revision", "approved")] + RECORD_BADGES
KEPT = ("view", "date", "platform", "campaign", "status")
EACH = 3
"""Events that a cell of the month or the week shows; "more" leads to the list."""


@bp.get("/calendar")
@requires("viewer")
def index() -> Response:
    view, day, filters = _parameters()
    shown = grid.days(view, day)
    events, found, cut = _load(view, shown, filters)
    return render(
        "calendar/index.html", region="results", view=view, day=day, days=shown, weeks=grid.weeks(day), today=_today(), filters=filters,
        **_cells(view, events), events=events, counted=found, cut=cut, ready=ready_to_schedule(), campaigns=campaigns(filters.campaign),
        address=_address, hour_address=_hour_addresses(), most=span_queries.COUNTED,
        platforms=[(c.spec.slug, c.spec.name) for c in registry.all()], statuses=STATUSES,
        earlier=grid.step(view, day, -1), later=grid.step(view, day, 1), hour_now=clock.now().astimezone(zone()).hour,
    )  # fmt: skip


def _load(view: str, shown: list[date], filters: Filters) -> tuple[list[Event], dict[Any, int], str]:
    """Events; how many each cell (a day, or a day and an hour) has; and for the list where its next page begins, if there is one."""
    if view == "list":
        events = event_queries.events(*grid.span(shown, zone()), filters, event_queries.LISTED + 1, _after())
        last = events[event_queries.LISTED - 1] if len(events) > event_queries.LISTED else None
        return events[: event_queries.LISTED], {}, f"{last.at.isoformat()}_{last.id}" if last else ""
    bounds = grid.bounds(view, shown, zone())
    events, counted = span_queries.spans(bounds, filters, EACH)
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
    found = parse_id(key)
    return (moment, found) if moment.tzinfo and found else None


def _hour_addresses() -> Callable[[date, int], str]:
    """Day and hour → the list from that hour on. What hundreds of these addresses share is made once."""
    every, where = _address(view="list", date=""), zone()

    def address(day: date, hour: int) -> str:
        at = grid.begin(day, hour, where).astimezone(where)
        return f"{every}&{urlencode({'date': day.isoformat(), 'after': f'{at.isoformat()}_{uuid.UUID(int=0)}'})}"

    return address


def _parameters() -> tuple[str, date, Filters]:
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
        Filters(
            platform,
            parse_id(args.get("campaign", "")),
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


def _address(**changes: str) -> str:
    """The address of this calendar with something changed."""
    args = {name: request.args[name] for name in KEPT if request.args.get(name)} | changes
    return url_for("calendar.index", **{name: value for name, value in args.items() if value})


def _today() -> date:
    return clock.now().astimezone(zone()).date()
