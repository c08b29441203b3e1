"""Home: what needs me, what goes out today, how publishing goes; a check-list while the desk is new."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import Response, current_app
from flask_login import current_user

from app.core import bell, config
from app.ground import clock
from app.metrics import queries as metrics
from app.operations.queries import attention, desk, said, tiles, today
from app.operations.queries.signals import signals
from app.operations.views import bp
from app.operations.words import KINDS
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
    end = datetime.combine(_today() + timedelta(days=1), time(), zone()).astimezone(UTC)
    ticks = {tick.job: tick.late_after for tick in current_app.extensions.get("schedule", ())}
    first = _today() - timedelta(days=13)
    since = datetime.combine(first, time(), zone()).astimezone(UTC)
    found = signals(current_user.id, ticks, since, (start, end), zone().key)
    return render(
        "operations/home.html", today=_today(), reviews=reviews, shown=today.events(start, end, most=SHOWN_TODAY), events=sum(found.said.values()),
        went=said.went_out(found.said), coming=said.coming(found.said), waits=said.waiting(found.said), bell_away=bell.is_away(),
        rates=metrics.rates()[1:], tiles=tiles.of(first, metrics.by_day(since, zone().key), found.waited), signals=found, campaigns=desk.active_campaigns(),
        accounts=attention.troubled_accounts(timedelta(days=config.get("vault.expiry_notice_days"))),
        records=attention.records_needing_action(), kinds=KINDS,
    )  # fmt: skip


def _today() -> date:
    return clock.now().astimezone(zone()).date()
