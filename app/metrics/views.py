"""The metrics page: success rate, error types, lead times; drawn from the tables in the page."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, request

from app.campaigns.queries import choices as campaigns
from app.lib import clock
from app.metrics import queries
from app.metrics.queries import Day, Narrow
from app.platforms import registry
from app.web import charts
from app.web.auth import requires
from app.web.pages import render
from app.web.template_globals import zone

bp = Blueprint("metrics", __name__, url_prefix="/metrics")

PERIODS = {"7": "Last 7 days", "14": "Last 14 days", "30": "Last 30 days", "90": "Last 90 days"}


@bp.get("")
@requires("viewer")
def index() -> Response:
    days, narrow = _days(), Narrow(*_asked())
    span = charts.days(_today() - timedelta(days=days - 1), _today())
    first = datetime.combine(span[0], time(), zone()).astimezone(UTC)
    daily = queries.by_day(first, zone().key, narrow)
    return render(
        "metrics/index.html", region="results", days=days, periods=PERIODS, narrow=narrow, platforms=_platforms(), campaigns=campaigns(narrow.campaign),
        rates=queries.rates(narrow), leads=queries.leads(first, narrow, zone().key, days), errors=queries.errors(first, narrow),
        charts=[_results(daily, span), _success(daily, span), _lead(daily, span)], first=span[0], last=span[-1],
    )  # fmt: skip


def _results(daily: Sequence[Day], span: list[date]) -> dict[str, Any]:
    none = dict.fromkeys(span, 0.0)
    failed = charts.Series("Failed", {**none, **{d.day: float(d.failed) for d in daily}}, "bad")
    ok = charts.Series("Published", {**none, **{d.day: float(d.ok) for d in daily}}, "ok")
    days = f"from {charts.format_day(span[0])} to {charts.format_day(span[-1])}"
    label = f"Publishes {days}: {sum(d.ok for d in daily)} published, {sum(d.failed for d in daily)} failed."
    return {
        "key": "results",
        "kind": "bars",
        "title": "Publishes by result",
        "label": label,
        "series": [failed, ok],
        "rows": charts.rows([failed, ok], span),
        "unit": "short",
    }


def _success(daily: Sequence[Day], span: list[date]) -> dict[str, Any]:
    line = charts.Series("Success rate", _values(daily, lambda d: queries.share(d.ok, d.failed)), "1", is_filled=True)
    label = charts.describe("Success rate of settled records", line, span, "percent")
    return {
        "key": "success",
        "kind": "line",
        "title": "Success rate by day",
        "label": label,
        "series": [line],
        "rows": charts.rows([line], span, "percent"),
        "unit": "percent",
    }


def _lead(daily: Sequence[Day], span: list[date]) -> dict[str, Any]:
    median = charts.Series("Median", _values(daily, lambda d: d.p50), "1")
    worst = charts.Series("95 of 100", _values(daily, lambda d: d.p95), "5", is_dashed=True)
    label = charts.describe("Median seconds from due to live", median, span, "seconds")
    return {
        "key": "lead",
        "kind": "line",
        "title": "Due to live",
        "label": label,
        "series": [median, worst],
        "rows": charts.rows([median, worst], span, "seconds"),
        "unit": "seconds",
    }


def _values(daily: Sequence[Day], of: Callable[[Day], float | None]) -> dict[date, float | None]:
    return {one.day: None if of(one) is None else float(of(one) or 0) for one in daily}


def _asked() -> tuple[str, str]:
    """Platform and campaign of the query string; what is none of ours means nothing."""
    platform, campaign = request.args.get("platform", ""), request.args.get("campaign", "")
    return (platform if platform in dict(_platforms()) else ""), (campaign if _is_id(campaign) else "")


def _is_id(text: str) -> bool:
    try:
        return len(text) == 36 and bool(uuid.UUID(text))
    except ValueError:
        return False


def _platforms() -> list[tuple[str, str]]:
    return [(connector.spec.slug, connector.spec.name) for connector in registry.all()]


def _days() -> int:
    asked = request.args.get("days", "")
    return int(asked) if asked in PERIODS else 14


def _today() -> date:
    return clock.now().astimezone(zone()).date()
