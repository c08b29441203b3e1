"""The list of records: views, filters, search, paging, CSV, bulk actions, and what it costs."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.lib import clock
from app.publishing.actions.holds import hold
from app.publishing.models import RECORD, PublishHold, PublishRecord
from tests.factories import make_account, make_record


def titles(page: str) -> list[str]:
    return re.findall(r'class="row-title" href="/records/[^"]+" dir="auto">([^<]*)<', page)


def get(browser: Any, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def test_every_status_is_listed_with_its_own_words(as_user, commit):
    for status in RECORD.states:
        commit(make_record, status=status, title=f"Is {status}", due_at=clock.now() + timedelta(hours=1))
    page = get(as_user("viewer"), "/records")
    assert set(titles(page)) == {f"Is {status}" for status in RECORD.states}
    for word in (
        "Scheduled",
        "Publishing",
        "Processing",
        "Retrying",
        "Needs a look",
        "Published",
        "Failed",
        "Cancelled",
    ):
        assert f"{word}</span>" in page


@pytest.mark.parametrize(("view", "found"), [
    ("needs-action", {"failed", "asked", "held"}), ("in-progress", {"asked", "looked", "retrying"}),
    ("scheduled", {"pending", "held"}), ("published", {"out"}), ("nonsense", {"failed", "given up", "asked", "looked", "held", "pending", "retrying", "out"}),
])  # fmt: skip
def test_saved_views_hold_what_their_names_say(as_user, commit, view, found):
    later = clock.now() + timedelta(hours=2)
    commit(make_record, status="failed", title="failed")
    commit(make_record, status="failed", title="given up", dead_letter_reason="given_up")
    commit(make_record, status="unknown", title="asked")
    commit(make_record, status="unknown", title="looked", next_retry_at=later)
    commit(make_record, status="pending", title="pending", due_at=later)
    commit(make_record, status="retrying", title="retrying")
    commit(make_record, status="success", title="out")
    held = commit(make_record, status="pending", title="held", due_at=later)
    commit(hold, "record", held.id, "late", "Two hours late")
    assert set(titles(get(as_user("viewer"), f"/records?view={view}"))) == found


def test_a_hold_shows_on_every_record_it_covers(as_user, commit):
    account = commit(make_account, "sandbox")
    commit(make_record, status="pending", platform="sandbox", account=account, title="Held by account")
    commit(make_record, status="pending", title="Free")
    commit(hold, "account", account.id, "account_paused", "")
    page = get(as_user("viewer"), "/records")
    assert page.count("On hold</span>") == 1


def test_search_finds_words_of_titles_errors_and_ids(as_user, commit):
    one = commit(make_record, status="failed", title="Rinse your stones", error_message="AI label missing (code 57)")
    commit(make_record, title="Something else")
    browser = as_user("viewer")
    for query in ("rinse", "stones rinse", "label missing", str(one.id), str(one.job_id), f"rec_{str(one.id)[-8:]}"):
        assert titles(get(browser, f"/records?q={query}")) == ["Rinse your stones"], query
    assert "No records match “quarantine”" in get(browser, "/records?q=quarantine")


@pytest.mark.parametrize("query", [
    "after=garbage", "before=%00", "sort=;drop", "view='", "account=1", "q=%00%F0%9F", "platform=nope&error=nope&since=1000y", "q=" + "x" * 3000,
    "job=../..", "campaign=00000000-0000-0000-0000-000000000000",
])  # fmt: skip
def test_garbage_in_the_query_string_is_no_fault(as_user, commit, query):
    commit(make_record)
    answer = as_user("viewer").get(f"/records?{query}")
    assert answer.status_code == 200 or ("%00" in query and answer.status_code == 400)


def test_filters_narrow_and_stay_in_the_links(as_user, commit):
    box = commit(make_account, "sandbox", name="Box <b>")
    commit(make_record, status="failed", platform="sandbox", account=box, title="In the box")
    commit(make_record, status="failed", title="On the site", error_type="network_timeout")
    browser = as_user("operator")
    assert titles(get(browser, "/records?platform=sandbox")) == ["In the box"]
    page = get(browser, f"/records?account={box.id}&error=content_rejected&sort=status")
    assert titles(page) == ["In the box"]
    assert "Account: Box &lt;b&gt;" in page and "sort=-status" in page and "Replay all failed with" in page


def test_paging_by_keyset_walks_through_all_rows_once_and_back(as_user, commit):
    due = clock.now()
    for n in range(53):
        commit(make_record, status="success", title=f"T{n:02}", due_at=due - timedelta(minutes=n // 2))
    browser = as_user("viewer")
    first = get(browser, "/records?view=published")
    link = re.search(r'href="([^"]+)" rel="next"', first).group(1).replace("&amp;", "&")
    second = get(browser, link)
    assert len(titles(first)) == 50 and len(titles(second)) == 3 and not set(titles(first)) & set(titles(second))
    assert "50 of 53" in first and 'rel="next"' not in second
    back = re.search(r'href="([^"]+)" rel="prev"', second).group(1).replace("&amp;", "&")
    assert titles(get(browser, back)) == titles(first)


def test_csv_has_all_matching_rows_and_no_formula(as_user, commit):
    for n in range(60):
        commit(make_record, status="success", title=f"{'=' if n % 2 else '＝'}cmd{n}")
    commit(make_record, status="failed", title="Not this one")
    answer = as_user("viewer").get("/records.csv?view=published")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert answer.mimetype == "text/csv" and len(rows) == 60
    assert {row["title"] for row in rows} == {f"'{'=' if n % 2 else '＝'}cmd{n}" for n in range(60)}


def test_bulk_replay_leaves_out_what_was_ever_unclear_and_says_so(as_user, commit):
    plain = commit(make_record, status="failed", title="Plain")
    unclear = commit(make_record, status="failed", was_unknown=True)
    done = commit(make_record, status="success")
    answer = as_user("operator").post(
        "/records/bulk?view=needs-action",
        data={"id": [plain.id, unclear.id, done.id, "x"], "verb": "replay"},
        follow_redirects=True,
    )
    page = answer.get_data(as_text=True)
    assert answer.request.full_path == "/records?view=needs-action"
    assert "1 queued again." in page and "unclear once" in page
    db.session.expire_all()
    assert [db.session.get(PublishRecord, r.id).status for r in (plain, unclear, done)] == [
        "pending",
        "failed",
        "success",
    ]


def test_bulk_cancel_cancels_what_waits(as_user, commit):
    rows = [commit(make_record, status="pending", due_at=clock.now() + timedelta(hours=1)) for _ in range(3)]
    as_user("operator").post("/records/bulk", data={"id": [r.id for r in rows[:2]], "verb": "cancel"})
    db.session.expire_all()
    assert sorted(db.session.get(PublishRecord, r.id).status for r in rows) == ["cancelled", "cancelled", "pending"]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"id": ["x"], "verb": "replay"},
        {"verb": "replay"},
        {"id": ["00000000-0000-0000-0000-000000000000"], "verb": "explode"},
    ],
)
def test_bulk_without_sense_does_nothing_and_says_what_to_do(as_user, data):
    page = as_user("operator").post("/records/bulk", data=data, follow_redirects=True).get_data(as_text=True)
    assert "Tick at least one" in page or "Choose what to do" in page


def test_replay_by_cause_replays_all_of_it(as_user, commit):
    for _ in range(3):
        commit(make_record, status="failed", error_type="network_timeout")
    commit(make_record, status="failed", error_type="content_rejected")
    as_user("operator").post("/records/replay-by-cause", data={"error": "network_timeout"})
    left = db.session.scalars(sa.select(PublishRecord.error_type).where(PublishRecord.status == "failed")).all()
    assert left == ["content_rejected"]


@pytest.mark.parametrize("role", ["viewer", "editor", "reviewer"])
def test_only_operators_act_in_bulk(as_user, commit, role):
    row = commit(make_record, status="failed")
    browser = as_user(role)
    assert "data-pick" not in get(browser, "/records")
    assert browser.post("/records/bulk", data={"id": [row.id], "verb": "replay"}).status_code == 403
    assert browser.post("/records/replay-by-cause", data={"error": "content_rejected"}).status_code == 403


def test_nothing_is_shown_to_people_who_are_not_signed_in(client):
    for address in ("/records", "/records.csv", "/jobs", "/holds"):
        assert client.get(address).status_code in (302, 303)


def test_htmx_gets_the_results_alone(as_user, commit):
    commit(make_record, title="Only this")
    answer = as_user("viewer").get("/records", headers={"HX-Request": "true", "HX-Target": "results"})
    page = answer.get_data(as_text=True)
    assert (
        "<html" not in page
        and page.lstrip().startswith('<div class="card" id="results"')
        and titles(page) == ["Only this"]
    )
    assert "HX-Target" in answer.headers["Vary"]


def test_the_list_needs_at_most_twelve_statements_whatever_it_shows(as_user, commit):
    account = commit(make_account, "sandbox")
    for n in range(30):
        commit(make_record, status=RECORD.states[n % len(RECORD.states)], platform="sandbox", account=account)
    commit(hold, "account", account.id, "account_paused", "")
    commit(hold, "all", "", "emergency", "Stop")
    browser, seen = as_user("admin"), []
    browser.get("/records")
    sa.event.listen(db.engine, "before_cursor_execute", count := lambda *a: seen.append(a[2]))
    try:
        get(browser, f"/records?q=post&account={account.id}&sort=due")
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", count)
    assert len(seen) <= 12, "\n".join(seen)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PublishHold)) == 2


def test_an_empty_desk_says_what_to_do_next(as_user):
    browser = as_user("operator")
    assert "Nothing has been published yet" in get(browser, "/records")
    assert "Nothing needs you" in get(browser, "/records?view=needs-action")
    assert "The queue is empty" in get(browser, "/jobs")
