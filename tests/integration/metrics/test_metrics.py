"""A's success rate counts what was settled; unknown stands beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.lib import clock
from app.metrics import queries
from app.metrics.queries import RecordFilter
from tests.factories import make_campaign, make_record


def settled(hours: float, status: str = "success", platform: str = "site", lead: float = 2, **more: Any) -> None:
    at = clock.now() - timedelta(hours=hours)
    when = {"published_at": at} if status == "success" else {"dead_letter_at": at}
    make_record(status=status, platform=platform, due_at=at - timedelta(seconds=lead), **when, **more)


@pytest.fixture
def history(commit: Any) -> None:
    def make() -> None:
        for hours, status in (
            (1, "success"),
            (2, "success"),
            (3, "failed"),
            (30, "success"),
            (40, "failed"),
            (24 * 8, "success"),
        ):
            settled(hours, status)
        settled(5, "failed", "sandbox", error_type="network_timeout")
        for status in ("unknown", "unknown", "pending", "publishing", "cancelled"):
            make_record(status=status)

    commit(make)


def test_the_rate_is_of_what_was_settled_in_the_window(history: None) -> None:
    every, sandbox, site = queries.rates()
    assert (every.platform, every.ok_day, every.failed_day, every.ok_week, every.failed_week, every.unknown) == (
        "",
        2,
        2,
        3,
        3,
        2,
    )
    assert every.day == 50.0 and every.week == 50.0
    assert (site.platform, site.day, site.week, site.unknown) == ("site", 66.7, 60.0, 2)
    assert (sandbox.platform, sandbox.day, sandbox.unknown) == ("sandbox", 0.0, 0)


def test_nothing_settled_is_no_rate_not_zero(app: Any) -> None:
    (every,) = queries.rates()
    assert every.day is None and every.week is None and every.unknown == 0


def test_lead_times_are_from_due_to_live(commit: Any) -> None:
    commit(lambda: [settled(1, lead=seconds) for seconds in (1, 2, 3, 4, 10)])
    every, site = queries.leads(clock.now() - timedelta(days=1))
    assert (every.count, every.p50, site.platform) == (5, 3.0, "site") and 8 < every.p95 <= 10 and every.longest == 10


def test_errors_count_what_was_given_up(history: None) -> None:
    found = {row.kind: row.given_up for row in queries.errors(clock.now() - timedelta(days=7))}
    assert found == {"content_rejected": 2, "network_timeout": 1}


def test_days_are_the_readers(commit: Any, as_user: Any) -> None:
    commit(settled, 1)
    first = clock.now() - timedelta(days=3)
    days = {zone: queries.by_day(first, zone)[0].day for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago")}
    assert days["Pacific/Kiritimati"] > days["Pacific/Pago_Pago"]


def test_a_campaign_and_a_platform_narrow_it(commit: Any, history: None) -> None:
    campaign = commit(make_campaign)
    assert queries.rates(RecordFilter(campaign=str(campaign.id)))[0].week is None
    assert [rate.platform for rate in queries.rates(RecordFilter(platform="sandbox"))] == ["", "sandbox"]


def test_the_picture_is_drawn_from_the_table_in_the_page(as_user: Any, history: None) -> None:
    page = as_user("viewer").get("/metrics").get_data(as_text=True)
    assert 'data-chart="bars"' in page and page.count("<figure") == 3 and "50.0%" in page and "Unknown now" in page
    assert page.count("data-v=") >= 14 * 5
