"""Home: what needs me, what goes out today, how publishing goes; a check-list while the desk is new."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import Response, current_app
from flask_login import current_user

from app.core import bell, config
from app.ground import clock
from app.metrics import queries as metrics
from app.operations.queries import attention, desk, tiles, today
from app.operations.queries.signals import signals
from app.operations.views import bp
from app.reviews.queries import waiting_for
from app.web.auth import requires
from app.web.look import zone
from app.web.pages import render

SHOWN_TODAY = 12


@bp.get("/")
@requires("viewer")
def home() -> Response:
    start = datetime.combine(_today(), time(), zone()).astimezone(UTC)
    reviews = waiting_for(current_user) if current_user.can("reviewer") else []
    events = today.events(start, datetime.combine(_today() + timedelta(days=1), time(), zone()).astimezone(UTC))
    ticks = {tick.job: tick.late_after for tick in current_app.extensions.get("schedule", ())}
    return render(
        "operations/home.html", today=_today(), reviews=reviews, events=events, shown=events[:SHOWN_TODAY],
        went=sum(event.went_out for event in events), coming=sum(event.is_coming for event in events), bell_away=bell.is_away(),
        waits=[event for event in events if event.kind == "plan" and event.status != "approved"],
        rates=metrics.rates()[1:], tiles=_tiles(), signals=signals(current_user.id, ticks), campaigns=desk.active_campaigns(),
        accounts=attention.troubled_accounts(timedelta(days=config.get("vault.expiry_notice_days"))),
        records=attention.records_needing_action(),
    )  # fmt: skip


def _tiles() -> list[tiles.Tile]:
    first = _today() - timedelta(days=13)
    since = datetime.combine(first, time(), zone()).astimezone(UTC)
    return tiles.of(first, *desk.two_weeks(since, zone().key))


def _today() -> date:
    return clock.now().astimezone(zone()).date()
