"""Pages that do not grow say the same as those that read everything (issue 6, item 5)."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, time, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from markupsafe import escape

from app.audit.queries import entries
from app.calendar import grid
from app.calendar.queries import events as calendar_events
from app.calendar.queries import spans as calendar_spans
from app.content import finder
from app.content.models import ContentItem
from app.content.queries import rare_matches
from app.content.search import clause, selective
from app.core import listing, transactions
from app.core.db import db
from app.core.listing import Listing
from app.lib import clock
from app.metrics import actions, queries
from app.metrics.models import PublishDay
from app.notifications.models import Notification
from app.notifications.queries import listing as list_of_notices
from app.publishing.models import PublishJob, PublishRecord
from app.publishing.queries import jobs, plan
from app.reviews.queries import history
from app.search.queries import find
from tests.factories import make_account, make_campaign, make_item, make_record, make_review, make_user


def text(answer: Any) -> str:
    made: str = answer.get_data(as_text=True)
    return made


def following(page: str, rel: str) -> str | None:
    """The address of the page's "Next" or "Previous"."""
    link = re.search(rf'href="([^"]+)" rel="{rel}"', page)
    return link[1].replace("&amp;", "&") if link else None


def notices(user: Any, titles: list[str]) -> None:
    for number, title in enumerate(titles):
        at = clock.now() - timedelta(hours=number)
        db.session.add(Notification(user_id=user.id, kind="record_failed", title=title, key=str(number), created_at=at))


def test_a_search_that_no_index_answers_looks_on_from_page_to_page_and_back(
    as_user: Any, commit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every window is looked through once; an empty window is no end."""
    monkeypatch.setattr(listing, "WINDOW", 4)
    user = commit(make_user, "admin")
    commit(notices, user, ["Needle 1", *["Hay"] * 9, "Needle 2", "Hay", "Needle 3"])
    browser = as_user(user)
    path, pages = "/notices?q=needle", []
    while path and len(pages) < 9:
        pages.append(text(browser.get(path)))
        path = following(pages[-1], "next") or ""
    assert re.findall(r"Needle \d", " ".join(pages)) == ["Needle 1", "Needle 2", "Needle 3"]
    assert "found among 4" in pages[0] and len(pages) == 4
    back = text(browser.get(following(pages[2], "prev") or ""))
    assert "Needle 2" not in back and "Needle 3" not in back


def test_a_count_that_stops_says_so(as_user: Any, commit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "COUNT_CAP", 3)
    user = commit(make_user, "admin")
    commit(notices, user, ["Hay"] * 5)
    assert "5 of 3+ notices" in text(as_user(user).get("/notices"))


def test_a_common_word_finds_the_newest_and_a_rare_one_finds_the_oldest(
    as_user: Any, commit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rare_matches, "RARE", 2)
    monkeypatch.setattr(rare_matches, "COMMON", 3)
    monkeypatch.setattr(rare_matches, "NEWEST", 4)
    for title in ("龍安寺の石庭", "Stone one", "Stone two", "Stone three", "Stone four"):
        commit(make_item, title=title)
    browser = as_user("admin")
    for path in ("/content", "/reviews/all", "/records", "/jobs"):
        assert browser.get(f"{path}?q=stone").status_code == 200, path
    page = text(browser.get("/content?q=stone"))
    assert [word in page for word in ("Stone one", "Stone four", "龍安寺")] == [True, True, False]
    assert "龍安寺" in text(browser.get("/content?q=石庭"))


@pytest.mark.parametrize("common", [1, 3, 100])
def test_words_find_the_same_however_common_each_of_them_is(
    commit: Any, monkeypatch: pytest.MonkeyPatch, common: int
) -> None:
    """The index is asked for some of the words, for others, or for all: what comes out is the same."""
    monkeypatch.setattr(rare_matches, "COMMON", 10_000)
    monkeypatch.setattr(finder, "ENOUGH", 10_000)
    titles = (
        "Stone 4321",
        "Stone moss",
        "Moss 4321 光と影",
        "Well-kept stone 光",
        "石庭 stone",
        "4321",
        "الحجر stone 🌿",
    )
    ids = {commit(make_item, title=title).id: title for title in titles}
    asks = ("stone 4321", "4321 stone moss", "stone 光", "光と影 moss", "well-kept stone", "石庭 stone", "الحجر stone", "stone _ 4321",
            "stone 🌿", "nowhere stone", "st 43", "' & stone", "\\ stone", "光 影 moss")  # fmt: skip
    plainly = {ask: set(transactions.transaction(db.session.scalars, _plain(ask))) for ask in asks}
    assert plainly["stone 4321"] and plainly["stone 光"] and plainly["st 43"]
    monkeypatch.setattr(finder, "COMMON", common)
    original = rare_matches.selective
    monkeypatch.setattr(rare_matches, "selective", lambda c, q, s, _: original(c, q, s, common))
    for ask in asks:
        listed = set(transactions.transaction(rare_matches.rare_by_words, ask) or ())
        offered = {hit.id for hit in transactions.transaction(find.find, ask) if hit.kind == "content"}
        assert listed == plainly[ask] and plainly[ask] <= offered, [ids[key] for key in listed ^ plainly[ask]]


def _plain(ask: str) -> sa.Select[Any]:
    return sa.select(ContentItem.id).where(clause(ContentItem.search, ask))


def test_of_a_rare_and_a_common_word_the_index_is_asked_for_the_rare_one(commit: Any) -> None:
    """What it finds is held against both: a row with the rare word alone is read and left out."""
    for title in ("Stone 4321", "4321", "Stone one", "Stone two"):
        commit(make_item, title=title)
    item = ContentItem
    some = sa.select(item.id.label("of"), item.search).cte("some")
    asked = sa.select(item.id).where(selective(item.search, "stone 4321", some, 3))
    statement = str(asked.compile(db.engine, compile_kwargs={"literal_binds": True}))
    with db.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF) {statement}").scalars())
    assert "idx_generated_content_search" in plan and "Rows Removed by Filter: 1\n" in plan, plan


def links(page: str, path: str) -> list[str]:
    """What the rows of a list lead to, in their order."""
    return list(dict.fromkeys(re.findall(rf'href="({path}/[0-9a-f-]{{36}})"', page)))


def all_pages(browser: Any, path: str, to: str) -> list[list[str]]:
    """The rows of each page of a list, by "Next" to its end."""
    found: list[list[str]] = []
    while path and len(found) < 20:
        page = text(browser.get(path))
        found.append(links(page, to))
        path = following(page, "next") or ""
    return found


@pytest.mark.parametrize(("path", "to"), [("/content", "/content"), ("/jobs", "/jobs")])
def test_a_platform_is_looked_up_where_it_is_rare_and_met_on_the_way_where_it_is_not(
    as_user: Any, commit: Any, monkeypatch: pytest.MonkeyPatch, path: str, to: str
) -> None:
    """Either way the same rows in the same order, each once; an empty window is no end, and a platform without rows has one page."""
    for platform in ("webhook", *["site"] * 7, "webhook", "site", "webhook"):
        record = commit(make_record, platform=platform)
        item = commit(lambda key=record.job_id: db.session.get_one(PublishJob, key)).content_id
        commit(
            lambda item=item, platform=platform: setattr(
                db.session.get_one(ContentItem, item), "planned_platforms", [platform]
            )
        )
    browser = as_user("admin")
    looked_up = all_pages(browser, f"{path}?platform=webhook", to)
    assert [len(page) for page in looked_up] == [3]
    for room, name, value in ((rare_matches, "RARE", 1), (jobs, "FEW", 1), (listing, "WINDOW", 4)):
        monkeypatch.setattr(room, name, value)
    walked = all_pages(browser, f"{path}?platform=webhook", to)
    assert [key for page in walked for key in page] == looked_up[0]
    assert len(walked) == 3 and "found among 4" in text(browser.get(f"{path}?platform=webhook"))
    assert all_pages(browser, f"{path}?platform=sandbox", to) == [[]]


@pytest.mark.parametrize("cap", [2, 100])
def test_a_campaigns_month_counts_as_far_as_any_other_and_reads_what_its_cells_show(
    commit: Any, monkeypatch: pytest.MonkeyPatch, cap: int
) -> None:
    """Campaign or not: the same entries, the same counts; of a full cell three leave the database."""
    monkeypatch.setattr(calendar_spans, "COUNTED", cap)
    campaign = commit(make_campaign)
    at = datetime(2027, 3, 10, 12, tzinfo=UTC)
    for number in range(7):
        record = commit(make_record, due_at=at + timedelta(hours=number // 5, days=number // 6), title=f"Post {number}")
        commit(lambda key=record.job_id: setattr(db.session.get_one(PublishJob, key), "campaign_id", campaign.id))
    commit(make_item, title="Plan", campaign_id=campaign.id, scheduled_for=at)
    for view in ("month", "week"):
        bounds = grid.bounds(view, grid.days(view, at.date()), ZoneInfo("Asia/Kathmandu"))
        own, every = (
            calendar_spans.spans(bounds, wanted, 3)
            for wanted in (calendar_events.Filters(campaign=campaign.id), calendar_events.Filters())
        )
        assert own[1] == every[1] and (sum(own[1]) == 8 or cap < 8), view
        assert len(own[0]) == sum(min(many, 3) for many in own[1]), view
        shown = [[e.title for e in sorted(part, key=lambda e: (e.at, e.title))] for part in (own[0], every[0])]
        assert shown[0] == shown[1], view


@pytest.mark.parametrize("cap", [100, 6, 4, 1])
def test_a_crowded_view_shows_fewer_in_every_cell_and_counts_them_all(
    as_user: Any, commit: Any, monkeypatch: pytest.MonkeyPatch, cap: int
) -> None:
    """Of 3 + 2 + 1 posts on three days: three a cell, or two, or one, so that all fit; "more" says what is left."""
    monkeypatch.setattr(calendar_spans, "SHOWN", cap)
    at = datetime(2027, 3, 10, 12, tzinfo=UTC)
    for number, day in enumerate([0, 0, 0, 1, 1, 2]):
        commit(make_record, due_at=at + timedelta(days=day, minutes=number), title=f"Post {number}")
    each = {100: 3, 6: 3, 4: 1, 1: 1}[cap]
    for view in ("month", "week"):
        page = text(as_user("viewer").get(f"/calendar?view={view}&date=2027-03-10"))
        assert page.count('<b class="clip"') == sum(min(many, each) for many in (3, 2, 1)), view
        assert re.findall(r"(\d+\+?) more", page) == ([] if each == 3 else ["2", "1"]), view


@pytest.mark.parametrize("status", ["pending", "success"])
def test_a_record_is_found_by_the_end_of_its_id_and_of_its_jobs_id(as_user: Any, commit: Any, status: str) -> None:
    """Open ones and settled ones are looked up in two ways."""
    made = commit(make_record, status=status, title="The one")
    commit(make_record, title="Another")
    browser = as_user("admin")
    for key in (made.id, made.job_id):
        page = text(browser.get(f"/records?q=rec_{str(key)[-8:]}"))
        assert "The one" in page and "Another" not in page


def test_a_cell_of_the_calendar_shows_three_and_leads_to_all(
    as_user: Any, commit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list loses nothing and says nothing twice, also where many are due at one moment."""
    monkeypatch.setattr(calendar_events, "LISTED", 2)
    at = datetime(2027, 3, 10, 12, tzinfo=UTC)
    titles = [f"Post number {n}" for n in range(5)]
    for title in titles:
        commit(make_record, due_at=at, title=title)
    browser = as_user("admin")
    for view in ("month", "week"):
        page = text(browser.get(f"/calendar?view={view}&date=2027-03-10"))
        assert ">2 more</a>" in page and len(set(re.findall(r"Post number \d", page))) == 3, view
    path, seen = "/calendar?view=list&date=2027-03-10", []
    while path and len(seen) < 9:
        page = text(browser.get(path))
        seen += re.findall(r'dir="auto">(Post number \d)</a>', page)
        path = following(page, "next") or ""
    assert sorted(seen) == titles


@pytest.mark.parametrize(
    "values", [["\x00", 0], ["\ud800", 0], [5, 0], [None, 0], ["success"], {}, ["success", "x"], ["success", [1]]]
)
def test_a_cursor_that_cannot_be_read_means_nothing(as_user: Any, values: Any) -> None:
    """(S15) Also text that the database cannot hold."""
    at, key = "2026-01-01T00:00:00+00:00", "00000000-0000-4000-8000-000000000000"
    whole = [values[0], at, key] if isinstance(values, list) and values[-1] == 0 else values
    cursor = base64.urlsafe_b64encode(json.dumps(whole).encode()).decode().rstrip("=")
    browser = as_user("admin")
    for page in ("/records", "/jobs", "/reviews/all", "/content"):
        assert browser.get(f"{page}?sort=status&after={cursor}").status_code == 200, page


@pytest.mark.parametrize(
    "after", ["", "x", "2027-03-10T12:00:00+00:00", "2027-03-10_0", "_", "2027-03-10T12:00:00_" + "0" * 32]
)
def test_a_place_in_the_list_that_cannot_be_read_means_nothing(as_user: Any, after: str) -> None:
    assert as_user("viewer").get("/calendar", query_string={"view": "list", "after": after}).status_code == 200


def test_what_was_added_up_says_what_the_records_say(commit: Any) -> None:
    """Days, platforms and spans; and a failure that was sent again is no failure of its day any more."""
    now = clock.now()
    for days, status, platform in (
        (0, "success", "site"),
        (1, "success", "site"),
        (1, "failed", "sandbox"),
        (3, "success", "sandbox"),
    ):
        at = now - timedelta(days=days)
        when = {"published_at": at} if status == "success" else {"dead_letter_at": at}
        commit(make_record, status=status, platform=platform, due_at=at - timedelta(seconds=2), **when)
    first = datetime.combine((now - timedelta(days=6)).date(), time(), UTC)
    narrows = (queries.RecordFilter(), queries.RecordFilter("sandbox"), queries.RecordFilter("webhook"))

    def told() -> list[Any]:
        days = [queries.by_day(first, "UTC", narrow) for narrow in narrows]
        spans = [queries.leads(first, narrow, "UTC", 7) for narrow in narrows]
        return [days, spans]

    counted = told()
    commit(actions.add_up, "UTC")
    assert told() == counted
    db.session.query(PublishRecord).filter_by(status="failed").update({"status": "cancelled"})
    db.session.commit()
    assert told() == counted, "until it is added up anew"
    commit(actions.add_up, "UTC")
    assert sum(day.failed for day in told()[0][0]) == 0
    assert db.session.query(PublishDay).filter_by(zone="UTC", platform="").count() == 90


def test_zones_that_nobody_knows_are_not_added_up(commit: Any) -> None:
    commit(make_user, preferences={"timezone": "Asia/Kathmandu"})
    commit(make_user, preferences={"timezone": "../etc/passwd"})
    assert actions.zones() == ["Asia/Kathmandu", "UTC"]


def test_the_menus_of_the_trail_are_not_looked_up_for_every_page(as_user: Any, commit: Any) -> None:
    """Each look jumps through all months; what is too new for the menu is found all the same, and what nobody knows is nothing."""
    commit(make_item, title="Stone")
    browser = as_user("admin")
    ran: list[str] = []

    def note(*event: Any) -> None:
        ran.append(event[2])

    def page(path: str) -> str:
        ran.clear()
        return text(browser.get(path))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        page("/audit")
        assert sum("RECURSIVE" in statement for statement in ran) == 2
        page("/audit?entity=content_items")
        assert not [statement for statement in ran if "RECURSIVE" in statement]
        entries._known["action"] = (entries._known["action"][0], ["audit.verify"])
        assert "Stone" in page("/audit?action=content.create_item")
        assert "Stone" not in page("/audit?action=content.nothing")
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


EVIL = ("<script>alert(1)</script>", "\ue000\ue001\ue002", '"><img src=x>', "龍安寺の石庭", "الحجر والتيار", "🌿 & <b>")


def test_an_entry_of_the_calendar_says_its_own_title_and_nothing_else(as_user: Any, commit: Any) -> None:
    """Entries alike share one shape: each gets its own words, whatever they are, and no title is taken for a place in it."""
    at = datetime(2027, 3, 10, 12, tzinfo=UTC)
    for number, title in enumerate(EVIL):
        commit(make_record, due_at=at + timedelta(days=number // 3, hours=number % 3), title=title)
    page = text(as_user("admin").get("/calendar?view=week&date=2027-03-10"))
    for number, title in enumerate(EVIL):
        shown = str(escape(title))
        assert page.count(f'<b class="clip" dir="auto">{shown}</b>') == 1
        assert page.count(f'title="{12 + number % 3}:00 {shown}"') == 1
    assert len(set(re.findall(r'hx-get="(/calendar/record/[0-9a-f-]{36})"', page))) == len(EVIL)


def test_an_hour_with_more_leads_to_the_list_from_that_hour_on(
    as_user: Any, commit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in a zone whose midnight is not UTC's, and with the filters that are set."""
    at = datetime(2027, 3, 10, 12, 20, tzinfo=UTC)
    for number in range(5):
        commit(make_record, due_at=at + timedelta(minutes=number), title=f"Post number {number}")
    commit(make_record, due_at=at - timedelta(hours=3), title="Post number 9")
    browser = as_user(commit(make_user, "admin", preferences={"timezone": "Asia/Kathmandu"}))
    page = text(browser.get("/calendar?view=week&date=2027-03-10&platform=site"))
    more = re.search(r'class="meta tiny more" href="([^"]+)"', page)
    assert more and "platform=site" in more[1]
    listed = text(browser.get(more[1].replace("&amp;", "&")))
    assert re.findall(r'dir="auto">(Post number \d)</a>', listed) == [f"Post number {n}" for n in range(5)]


def test_the_next_free_moment_is_asked_of_the_accounts_that_have_one_to_keep(app: Any, commit: Any) -> None:
    """A line for each place, however many posts wait there; an account without gap, cap or slots is not asked for."""
    gap = commit(make_account, "site", configuration={"min_gap": 60})
    free = commit(make_account, "site", name="Free")
    first = clock.now() + timedelta(minutes=30)
    for number in range(3):
        for account in (gap, free):
            commit(make_record, account=account, due_at=first + timedelta(hours=number))
    found = plan._taken_times([gap, free])
    assert list(found) == [gap.place] and found[gap.place] == [first + timedelta(hours=n) for n in range(3)]
    assert set(plan.free_at()) == {gap.id}
    assert plan.free_at()[gap.id] >= first + timedelta(hours=3)


@pytest.mark.parametrize("narrowed", ["status=open", "since=7d", "q=stone", "by="])
@pytest.mark.parametrize("common", [1, 100])
def test_a_list_sorted_by_what_another_table_holds(
    as_user: Any, commit: Any, monkeypatch: pytest.MonkeyPatch, narrowed: str, common: int
) -> None:
    """The own table alone cannot answer in that order, narrowed or not: each page, on and back, in the order of the titles."""
    monkeypatch.setattr(rare_matches, "COMMON", common)
    for number in range(30):
        item = commit(make_item, title=f"Stone {99 - number}")
        commit(lambda key=item.id: make_review(db.session.get(ContentItem, key), status="pending"))
    browser, titles = as_user("viewer"), [f"Stone {number}" for number in range(70, 100)]
    first = text(browser.get(f"/reviews/all?{narrowed}&sort=title"))
    second = text(browser.get(following(first, "next") or ""))
    back = text(browser.get(following(second, "prev") or ""))
    shown = [re.findall(r">(Stone \d\d)<", page) for page in (first, second, back)]
    assert shown == [titles[:25], titles[25:], titles[:25]]


def test_a_window_of_a_list_in_anothers_order_is_read_with_that_other(
    commit: Any, statements: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without what joins them every request stands beside every item: 15 s at 5,000 of each."""
    monkeypatch.setattr(rare_matches, "COMMON", 1)
    for number in range(3):
        commit(lambda number=number: make_review(make_item(title=f"Stone {number}"), status="pending"))
    with statements() as ran:
        transactions.transaction(lambda: history.REQUESTS.page({"q": "stone", "sort": "title"}))
    (seen,) = [statement for statement in ran if "WITH seen" in statement]
    assert "JOIN content_items" in seen


@pytest.mark.parametrize(
    "title", ["龍安寺の石庭" * 12, "Камни и вода " * 6, "الحجر والتيار " * 6, "🌿" * 290, "Stone " * 45]
)
def test_a_long_title_has_a_next_page(as_user: Any, commit: Any, title: str) -> None:
    """A place that is cut is none: "Next" led to the first page again, for ever."""
    commit(lambda: [make_item(title=f"{title}{n:02}", by=by) for by in [make_user("editor")] for n in range(30)])
    browser = as_user("viewer")
    pages = all_pages(browser, "/content?sort=title", "/content")
    assert [len(page) for page in pages] == [25, 5] and len({key for page in pages for key in page}) == 30


def walk(asked: Listing, size: int) -> tuple[list[list[str]], list[list[str]]]:
    """The titles of every page on the way to the end and on the way back, in the order of the list."""
    page, on, back = asked.page({"q": "needle"}, size), [], []
    while True:
        on.append([row.title for row in page.rows])
        if page.next is None or len(on) > 40:
            break
        page = asked.page(page.next, size)
    while page.previous is not None and len(back) <= 40:
        page = asked.page(page.previous, size)
        back.insert(0, [row.title for row in page.rows])
    return on, back


@pytest.mark.parametrize("size", [1, 2, 25])
@pytest.mark.parametrize(
    "hay", ["nhhhhhhhhhhhhn", "hhhnhh", "hhhn", "n", "nnnnhhhhnnnn", "hhhhhhhhhhhh", "hnhhhhhhhhhhhhnhhhh"]
)
def test_a_search_looks_back_as_it_looked_on(commit: Any, monkeypatch: pytest.MonkeyPatch, hay: str, size: int) -> None:
    """Every needle once on the way, and once on the way back: none is left out at the end of a window, and no empty page ends it."""
    monkeypatch.setattr(listing, "WINDOW", 4)
    user = commit(make_user, "admin")
    titles = [f"Needle {number}" if one == "n" else "Hay" for number, one in enumerate(hay)]
    commit(notices, user, titles)
    on, back = walk(list_of_notices(user.id), size)
    needles = list(chain.from_iterable(on))
    assert sorted(needles) == sorted(title for title in titles if title != "Hay")
    assert [*chain.from_iterable(back), *on[-1]] == needles


def test_the_way_back_counts_no_further_than_the_way_on(commit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Back on the first page the whole table was read for a count that the first visit did without."""
    monkeypatch.setattr(listing, "WINDOW", 4)
    user = commit(make_user, "admin")
    commit(notices, user, ["Needle"] * 30)
    asked = list_of_notices(user.id)
    first = asked.page({"q": "needle"}, 3)
    back = asked.page(asked.page(first.next or {}, 3).previous or {}, 3)
    assert first.rows == back.rows and first.total is back.total is None


def test_a_date_in_a_title_is_found_among_records(as_user: Any, commit: Any) -> None:
    """2027-03-10 is no end of an id; 20270310 may be one, and a word."""
    commit(make_record, title="Report 2027-03-10 and 20270310")
    browser = as_user("viewer")
    for query in ("2027-03-10", "20270310"):
        found_in = [
            room for room in ("content", "jobs", "records") if "Report 2027" in text(browser.get(f"/{room}?q={query}"))
        ]
        assert found_in == ["content", "jobs", "records"], query


@pytest.mark.parametrize(
    "title", ["ΟΔΟΣ ΑΘΗΝΑΣ", "İstanbul Boğazı", "50 % off_season / back\\slash", "Straße 龍安寺 🌿"]
)
def test_a_part_of_a_text_is_found_as_it_was_written(commit: Any, title: str) -> None:
    """Python and PostgreSQL do not agree on every small letter; signs of LIKE mean themselves."""
    user = commit(make_user, "admin")
    commit(notices, user, [title, "Another"])
    asked = list_of_notices(user.id)
    for query in (title, title[2:], title.split()[-1]):
        assert [row.title for row in asked.page({"q": query}).rows] == [title], query
    assert asked.page({"q": "%_%"}).rows == []


def test_a_notice_of_a_kind_that_is_not_known_any_more_is_drawn(as_user: Any, commit: Any) -> None:
    """One of an older version: with the bell, and no page falls over it."""
    user = commit(make_user, "admin")
    commit(lambda: db.session.add(Notification(user_id=user.id, kind="long_gone", title="From before", key="before")))
    browser = as_user(user)
    for path in ("/notices", "/"):
        page = text(browser.get(path))
        assert "From before" in page, path
