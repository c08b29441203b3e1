"""Home: what needs me, what goes out today, how publishing goes; a check-list while the desk is new."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import Response, current_app
from flask_login import current_user

from app.calendar.queries.events import events
from app.core import broker, settings
from app.core.notices import KINDS
from app.home.queries import counts, day_counts, needs_action, tiles
from app.home.queries.alerts import alerts
from app.home.sentences import lead
from app.home.views.blueprint import bp
from app.lib import clock
from app.metrics import queries as metrics
from app.reviews.queries import queue
from app.web.auth import requires
from app.web.pages import render
from app.web.template_globals import zone

SHOWN_TODAY = 12


@bp.get("/")
@requires("viewer")
def index() -> Response:
    start = datetime.combine(_today(), time(), zone()).astimezone(UTC)
    reviews = queue()
    end = datetime.combine(_today() + timedelta(days=1), time(), zone()).astimezone(UTC)
    ticks = {tick.job: tick.late_after for tick in current_app.extensions.get("schedule", ())}
    first = _today() - timedelta(days=13)
    since = datetime.combine(first, time(), zone()).astimezone(UTC)
    found = alerts(current_user.id, ticks, since, (start, end), zone().key)
    counted = found.day_counts
    sentence = lead(
        len(reviews),
        day_counts.count_published(counted),
        day_counts.count_coming(counted),
        day_counts.count_unapproved(counted),
    )
    return render(
        "home/index.html", today=_today(), reviews=reviews,
        upcoming=events(start, end, most=SHOWN_TODAY), events=sum(counted.values()),
        lead=sentence, broker_is_away=broker.is_away(),
        rates=metrics.rates()[1:], tiles=tiles.build(first, metrics.by_day(since, zone().key), found.approval_times), alerts=found,
        campaigns=counts.active_campaigns(),
        accounts=needs_action.troubled_accounts(timedelta(days=settings.get("accounts.expiry_notice_days"))),
        records=needs_action.records_needing_action(), kinds=KINDS,
    )  # fmt: skip


def _today() -> date:
    return clock.now().astimezone(zone()).date()
