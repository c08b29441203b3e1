"""The metrics page: success rate, error types, lead times; drawn from the tables in the page."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, Response, request

from app.campaigns.queries import choices as campaigns
from app.lib import clock
from app.metrics import queries
from app.metrics.queries import Day, RecordFilter
from app.platforms import registry
from app.web import charts
from app.web.auth import requires
from app.web.charts import Chart, Series
from app.web.pages import render
from app.web.template_globals import zone

bp = Blueprint("metrics", __name__, url_prefix="/metrics")

PERIODS = {"7": "Last 7 days", "14": "Last 14 days", "30": "Last 30 days", "90": "Last 90 days"}


@bp.get("")
@requires("viewer")
def index() -> Response:
    days, chosen = _days(), _filter()
    span = charts.days(_today() - timedelta(days=days - 1), _today())
    first = datetime.combine(span[0], time(), zone()).astimezone(UTC)
    daily = queries.by_day(first, zone().key, chosen)
    return render(
        "metrics/index.html", region="results", days=days, periods=PERIODS, chosen=chosen, platforms=_platforms(), campaigns=campaigns(chosen.campaign),
        rates=queries.rates(chosen), leads=queries.leads(first, chosen, zone().key, days), errors=queries.errors(first, chosen),
        charts=[_results(daily, span), _success(daily, span), _lead(daily, span)], first=span[0], last=span[-1],
    )  # fmt: skip


def _results(daily: Sequence[Day], span: list[date]) -> Chart:
    none = dict.fromkeys(span, 0.0)
    failed = Series("Failed", {**none, **{d.day: float(d.failed) for d in daily}}, "bad")
    ok = Series("Published", {**none, **{d.day: float(d.ok) for d in daily}}, "ok")
    days = f"from {charts.format_day(span[0])} to {charts.format_day(span[-1])}"
    label = f"Publishes {days}: {sum(d.ok for d in daily)} published, {sum(d.failed for d in daily)} failed."
    return Chart("results", "bars", "Publishes by result", label, [failed, ok], span)


def _success(daily: Sequence[Day], span: list[date]) -> Chart:
    line = Series("Success rate", _values(daily, lambda d: queries.share(d.ok, d.failed)), "1", is_filled=True)
    label = charts.describe("Success rate of settled records", line, span, "percent")
    return Chart("success", "line", "Success rate by day", label, [line], span, "percent")


def _lead(daily: Sequence[Day], span: list[date]) -> Chart:
    median = Series("Median", _values(daily, lambda d: d.p50), "1")
    worst = Series("95 of 100", _values(daily, lambda d: d.p95), "5", is_dashed=True)
    label = charts.describe("Median seconds from due to live", median, span, "seconds")
    return Chart("lead", "line", "Due to live", label, [median, worst], span, "seconds")


def _values(daily: Sequence[Day], of: Callable[[Day], float | None]) -> dict[date, float | None]:
    return {day.day: None if (value := of(day)) is None else float(value) for day in daily}


def _filter() -> RecordFilter:
    """Platform and campaign of the query string; what names none means nothing."""
    platform, campaign = request.args.get("platform", ""), request.args.get("campaign", "")
    return RecordFilter(platform if platform in dict(_platforms()) else "", campaign if _is_id(campaign) else "")


def _is_id(text: str) -> bool:
    try:
        return len(text) == 36 and bool(uuid.UUID(text))
    except ValueError:
        return False


def _platforms() -> list[tuple[str, str]]:
    return [(connector.spec.slug, connector.spec.name) for connector in registry.all()]


def _days() -> int:
    days = request.args.get("days", "")
    return int(days) if days in PERIODS else 14


def _today() -> date:
    return clock.now().astimezone(zone()).date()
