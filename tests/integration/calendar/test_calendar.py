"""The calendar: what it shows where, moving by hand, clocks that change."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.calendar import grid
from app.content.models import ContentItem
from app.core.db import db
from app.lib import clock
from app.publishing.actions.holds import hold
from app.publishing.models import PublishRecord
from app.web import labels
from tests.factories import make_account, make_campaign, make_item, make_record, make_user

BERLIN = {"preferences": {"timezone": "Europe/Berlin"}}


@pytest.fixture
def berlin(as_user: Any, commit: Any) -> Any:
    return as_user(commit(make_user, "operator", **BERLIN))


def text(answer: Any) -> str:
    found: str = answer.get_data(as_text=True)
    return found


def soon(days: int = 3) -> datetime:
    return (clock.now() + timedelta(days=days)).replace(hour=12, minute=0, second=0, microsecond=0)


def test_it_shows_records_and_plans_in_the_readers_zone(berlin: Any, commit: Any) -> None:
    at = datetime(2027, 1, 15, 23, 30, tzinfo=UTC)
    commit(make_record, due_at=at, title="Late in the day")
    commit(make_item, title="Only planned", at=at + timedelta(hours=1), accounts=[commit(make_account)])
    for view in ("month", "week", "list"):
        page = text(berlin.get(f"/calendar?view={view}&date=2027-01-16"))
        assert "Late in the day" in page and "00:30" in page and "Only planned" in page and "01:30" in page, view
        assert "Europe/Berlin" in page


def test_filters_narrow_it(berlin: Any, commit: Any) -> None:
    at, campaign = soon(), commit(make_campaign)
    commit(make_record, due_at=at, title="On the site")
    commit(make_record, platform="sandbox", due_at=at, title="In the sandbox")
    commit(make_item, title="In a campaign", at=at, campaign_id=campaign.id, accounts=[commit(make_account)])
    base = f"/calendar?view=list&date={at.date()}"
    assert "On the site" not in text(berlin.get(base + "&platform=sandbox"))
    page = text(berlin.get(f"{base}&campaign={campaign.id}"))
    assert "In a campaign" in page and "On the site" not in page
    assert "In the sandbox" not in text(berlin.get(base + "&status=draft"))


def test_the_status_it_is_narrowed_by_is_the_one_it_shows(berlin: Any, commit: Any) -> None:
    at = soon()
    made = {
        "scheduled": {},
        "held": {},
        "unknown": {"status": "unknown", "next_retry_at": at},
        "needs_look": {"status": "unknown"},
    }
    for key, columns in made.items():
        record = commit(make_record, due_at=at, title=f"Is {key}", **columns)
        if key == "held":
            commit(hold, "record", record.id, "human")
    base = f"/calendar?view=list&date={at.date()}"
    for key in made:
        page = text(berlin.get(f"{base}&status={key}"))
        assert {other for other in made if f"Is {other}<" in page} == {key}
        assert f'<option value="{key}" selected>{labels.status(key).word}</option>' in page


def test_a_record_is_moved_by_hand_and_comes_back_to_the_calendar(berlin: Any, commit: Any) -> None:
    record = commit(make_record, due_at=soon())
    page = text(berlin.get(f"/calendar/record/{record.id}"))
    assert 'name="day"' in page and "Time (Europe/Berlin)" in page
    back = "/calendar?view=week&date=2027-03-10"
    form = {"day": "2027-03-10", "time": "09:15", "zone": "Europe/Berlin", "back": back}
    answer = berlin.post(f"/calendar/record/{record.id}", data=form)
    assert answer.status_code == 303 and answer.location == back
    db.session.expire_all()
    assert db.session.get(PublishRecord, record.id).due_at == datetime(2027, 3, 10, 8, 15, tzinfo=UTC)


FORGED = {
    "/calendar?\r\nX-A: b": "/calendar", "/calendar?view=week\r\nX-A: b&date=2027-03-10": "/calendar?view=week%0D%0AX-A:+b&date=2027-03-10",
    "/calendar?x=1&view=list&x=2#y": "/calendar?view=list", "/calendar?view=\x00": "/calendar", "/calendar": "/calendar",
    "/calendar?_external=1&_scheme=x&_anchor=y": "/calendar", "/calendarx": "/calendar?date=2027-03-10", "/calendar/../x": "/calendar?date=2027-03-10",
    "//evil.example/calendar": "/calendar?date=2027-03-10", "\\calendar": "/calendar?date=2027-03-10",
    "/calendar?after=2027-03-10T00:00:00%2B01:00_1&view=list": "/calendar?after=2027-03-10T00:00:00%2B01:00_1&view=list",
}  # fmt: skip


@pytest.mark.parametrize("back", FORGED)
@pytest.mark.parametrize("htmx", [False, True])
def test_the_way_back_to_the_calendar_is_an_address_of_our_own_making(
    berlin: Any, commit: Any, back: str, htmx: bool
) -> None:
    """(S15) A line end in it broke the answer, and the move was lost with it."""
    record = commit(make_record, due_at=soon())
    form = {"day": "2027-03-10", "time": "09:15", "zone": "Europe/Berlin", "back": back}
    answer = berlin.post(f"/calendar/record/{record.id}", data=form, headers={"HX-Request": "true"} if htmx else {})
    went = json.loads(answer.headers["HX-Location"])["path"] if htmx else answer.location
    assert (answer.status_code, went) == (200 if htmx else 303, FORGED[back])
    db.session.expire_all()
    assert db.session.get(PublishRecord, record.id).due_at == datetime(2027, 3, 10, 8, 15, tzinfo=UTC)


def test_the_dialog_keeps_the_calendar_that_it_was_opened_from(berlin: Any, commit: Any) -> None:
    record = commit(make_record, due_at=soon())
    for header in ("HX-Current-URL", "Referer"):
        for seen, kept in (
            ("http://localhost/calendar?view=list&x=%22%3E", "/calendar?view=list"),
            ("http://evil.example/calendar?view=list", ""),
        ):
            page = text(berlin.get(f"/calendar/record/{record.id}", headers={header: seen}))
            assert re.search(r'<input[^>]*name="back"[^>]*value="([^"]*)"', page)[1] == kept


def test_a_plan_is_moved_without_becoming_a_job(berlin: Any, commit: Any) -> None:
    account = commit(make_account)
    item = commit(make_item, at=soon(), accounts=[account])
    answer = berlin.post(
        f"/calendar/plan/{item.id}",
        data={"day": "2027-03-10", "time": "09:15", "zone": "Europe/Berlin", "back": "//evil.example"},
    )
    assert answer.status_code == 303 and answer.location == "/calendar?date=2027-03-10"
    db.session.expire_all()
    item = db.session.get(ContentItem, item.id)
    assert (
        item.scheduled_for == datetime(2027, 3, 10, 8, 15, tzinfo=UTC)
        and item.planned_accounts == [str(account.id)]
        and item.open_records == 0
    )


@pytest.mark.parametrize(
    "day, at, words",
    [
        ("2027-03-28", "02:30", "does not exist on 28 March 2027 in Europe/Berlin"),
        ("2027-10-31", "02:30", "comes twice on 31 October 2027"),
        ("2020-01-01", "10:00", "passed"),
        ("", "10:00", "Choose a day"),
        ("2027-01-01", "25:99", "Enter a time"),
    ],
)
def test_a_moment_that_is_none_is_refused_and_what_was_typed_is_kept(
    berlin: Any, commit: Any, day: str, at: str, words: str
) -> None:
    record = commit(make_record, due_at=soon())
    answer = berlin.post(f"/calendar/record/{record.id}", data={"day": day, "time": at, "zone": "Europe/Berlin"})
    assert answer.status_code == 422 and words in text(answer), text(answer)[-3000:]
    assert f'value="{at}"' in text(answer)


def test_a_time_that_comes_twice_is_chosen(berlin: Any, commit: Any) -> None:
    record = commit(make_record, due_at=soon())
    form = {"day": "2027-10-31", "time": "02:30", "zone": "Europe/Berlin"}
    assert 'name="which"' in text(berlin.post(f"/calendar/record/{record.id}", data=form))
    assert berlin.post(f"/calendar/record/{record.id}", data=form | {"which": "second"}).status_code == 303
    db.session.expire_all()
    assert db.session.get(PublishRecord, record.id).due_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_what_is_on_its_way_or_settled_cannot_move(berlin: Any, commit: Any) -> None:
    for status in ("publishing", "success", "failed"):
        record = commit(make_record, status=status)
        assert 'name="day"' not in text(berlin.get(f"/calendar/record/{record.id}"))
        form = {"day": "2027-03-10", "time": "09:15", "zone": "UTC"}
        assert berlin.post(f"/calendar/record/{record.id}", data=form).status_code == 409


def test_moving_needs_the_right(as_user: Any, commit: Any) -> None:
    record = commit(make_record, due_at=soon())
    form = {"day": "2027-03-10", "time": "09:15", "zone": "UTC"}
    assert as_user("reviewer").post(f"/calendar/record/{record.id}", data=form).status_code == 403
    assert 'name="day"' not in text(as_user("viewer").get(f"/calendar/record/{record.id}"))


def test_htmx_gets_the_dialog_alone(berlin: Any, commit: Any) -> None:
    record = commit(make_record, due_at=soon())
    answer = berlin.get(f"/calendar/record/{record.id}", headers={"HX-Request": "true", "HX-Target": "event"})
    assert text(answer).lstrip().startswith("<dialog") and "<html" not in text(answer)


def test_days_have_23_and_25_hours() -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert grid.span([date(2027, 3, 28)], zone)[1] - grid.span([date(2027, 3, 28)], zone)[0] == timedelta(hours=23)
    assert grid.span([date(2027, 10, 31)], zone)[1] - grid.span([date(2027, 10, 31)], zone)[0] == timedelta(hours=25)


def test_months_are_whole_weeks_and_follow_each_other() -> None:
    for month in range(1, 13):
        weeks = grid.weeks(date(2027, month, 15))
        assert all(len(week) == 7 and week[0].weekday() == 0 for week in weeks)
        assert any(day == date(2027, month, 1) for day in weeks[0])
    assert grid.step("month", date(2027, 1, 31), 1) == date(2027, 2, 1) and grid.step(
        "month", date(2027, 1, 31), -1
    ) == date(2026, 12, 1)
    assert grid.step("week", date(2027, 1, 31), 1) == date(2027, 2, 7)


def test_what_is_held_shows_so_whatever_the_hold_covers(berlin: Any, commit: Any) -> None:
    record = commit(make_record, due_at=soon())
    page = f"/calendar?view=list&date={soon().date()}"
    assert "On hold</span>" not in text(berlin.get(page)).split('id="key-h"')[0]
    commit(hold, "account", str(record.credential_id), "human", "The shop checks the price.")
    assert "On hold</span>" in text(berlin.get(page)).split('id="key-h"')[0]
    home = text(berlin.get("/"))
    assert f"{record.account_name}</span> is on hold" in home and "The shop checks the price." in home


@pytest.mark.parametrize("day", [date(2027, 4, 4), date(2027, 10, 3)])
def test_a_week_ends_with_its_last_hour_where_clocks_move_by_half_an_hour(as_user: Any, commit: Any, day: date) -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    at = datetime(day.year, day.month, day.day, 23, 45, tzinfo=zone).astimezone(UTC)
    commit(make_record, due_at=at, title="The late one")
    browser = as_user(commit(make_user, "admin", preferences={"timezone": zone.key}))
    for view in ("list", "month", "week"):
        assert "The late one" in text(browser.get(f"/calendar?view={view}&date={day}")), view


@pytest.mark.parametrize(("day", "hour", "fold"), [(date(2027, 4, 4), 2, 1), (date(2027, 9, 26), 3, 0)])
def test_more_stands_where_the_posts_are_where_clocks_change_within_an_hour(
    as_user: Any, commit: Any, day: date, hour: int, fold: int
) -> None:
    """On Chatham, from a quarter to on: all of them are in one hour, and its "more" leads to the first of them."""
    zone = ZoneInfo("Pacific/Chatham")
    for minute in (46, 48, 50, 55):
        at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone, fold=fold).astimezone(UTC)
        commit(make_record, due_at=at, title=f"Post {minute}")
    browser = as_user(commit(make_user, "admin", preferences={"timezone": zone.key}))
    page = text(browser.get(f"/calendar?view=week&date={day}"))
    [row] = [row for row in page.split("<tr>") if " more</a>" in row]
    more = re.search(r'class="meta tiny more" href="([^"]+)">1 more', row)
    assert more and f'<th scope="row">{hour:02}:00' in row and len(set(re.findall(r"Post \d\d", row))) == 3
    listed = text(browser.get(more[1].replace("&amp;", "&")))
    assert set(re.findall(r"Post \d\d", listed)) == {"Post 46", "Post 48", "Post 50", "Post 55"}
