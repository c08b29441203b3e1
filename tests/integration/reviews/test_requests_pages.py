"""Asking from the content page, the list of all requests, comments, and what a page costs."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from app.content.models import ContentItem
from app.core import settings
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.reviews.models import ApprovalRequest, ReviewComment
from tests.factories import make_account, make_item, make_review, make_user
from tests.integration.reviews import desk


@pytest.fixture
def editor(as_user):
    return as_user("editor")


@pytest.fixture
def item(editor):
    return transaction(lambda: make_item(by=editor.user))


def only():
    return transaction(lambda: db.session.scalars(sa.select(ApprovalRequest)).one())


def test_the_editor_asks_with_a_note_a_time_and_a_reviewer(editor, item):
    reviewer = transaction(make_user, role="reviewer", full_name="Mara Voss")
    page = editor.get(f"/reviews/new/{item.id}").text
    assert "Mara Voss" in page and "Version 1" in page
    due = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    data = {
        "content_id": str(item.id),
        "artifact_id": str(item.current_version_id),
        "note": "Look at the claim.",
        "due_at": due,
        "assigned_to": str(reviewer.id),
    }
    answer = editor.post("/reviews", data=data)
    assert (answer.status_code, answer.location) == (303, f"/content/{item.id}")
    row = only()
    assert (row.note, row.assigned_to, row.due_at.strftime("%Y-%m-%dT%H:%M")) == (
        "Look at the claim.",
        reviewer.id,
        due,
    )
    assert editor.post("/reviews", data=data).status_code == 303
    assert only().id == row.id


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"due_at": "2020-01-01T10:00"}, "has passed"),
        ({"due_at": "tomorrow"}, "Enter a day and a time"),
        ({"assigned_to": "00000000-0000-0000-0000-000000000000"}, "Choose a reviewer from the list"),
        ({"note": "字" * 2001}, "At most 2,000"),
    ],
)
def test_what_makes_no_sense_is_said_and_the_note_is_kept(editor, item, wrong, words):
    data = {"content_id": str(item.id), "artifact_id": str(item.current_version_id), "note": "My note", **wrong}
    answer = editor.post("/reviews", data=data)
    assert answer.status_code == 422 and words in answer.text
    assert wrong.get("note", "My note") in answer.text
    assert transaction(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(ApprovalRequest))) == 0


def test_a_page_that_is_one_version_behind_asks_for_nothing(editor, item):
    data = {"content_id": str(item.id), "artifact_id": str(item.current_version_id)}
    desk.new_version(item.id, desk.Person(editor.user.id, "", "editor"), "Newer")
    answer = editor.post("/reviews", data=data)
    assert answer.status_code == 409 and "newer version" in answer.text


def test_garbage_ids_are_not_found(editor):
    assert editor.post("/reviews", data={"content_id": "garbage"}).status_code == 404
    assert editor.get("/reviews/new/00000000-0000-0000-0000-000000000000").status_code == 404


def test_the_author_withdraws_by_button(editor, item):
    key = transaction(lambda: make_review(db.session.get(ContentItem, item.id), status="pending").id)
    assert "Withdraw the request" in editor.get(f"/reviews/{key}?view=activity").text
    assert editor.post(f"/reviews/{key}/withdrawal").location == f"/content/{item.id}"
    assert "The author withdrew this request" in editor.get(f"/reviews/{key}").text


def test_comments_reach_the_author_unless_they_are_for_reviewers_only(editor, as_user, item):
    key = transaction(lambda: make_review(db.session.get(ContentItem, item.id), status="pending").id)
    reviewer = as_user("reviewer")
    reviewer.post(f"/reviews/{key}/comments", data={"body": "Nice stones."})
    reviewer.post(f"/reviews/{key}/comments", data={"body": "Ask legal first.", "internal": "y"})
    assert reviewer.post(f"/reviews/{key}/comments", data={"body": "  "}).status_code == 422
    theirs, ours = editor.get(f"/reviews/{key}?view=activity").text, reviewer.get(f"/reviews/{key}?view=activity").text
    assert "Nice stones." in theirs and "Nice stones." in ours
    assert "Ask legal first." in ours and "Ask legal first." not in theirs
    assert transaction(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(ReviewComment))) == 2


def test_a_review_with_many_comments_shows_the_newest_and_leads_to_all_others(editor, as_user, item):
    """(S7) 1,000 comments made a page of 805 kB. What is for reviewers only is neither shown nor counted for others."""
    key = transaction(lambda: make_review(db.session.get(ContentItem, item.id), status="pending").id)
    remarks = [
        {
            "request_id": key,
            "author_id": editor.user.id,
            "version": 1,
            "body": f"Remark {n:03d}.",
            "internal": n % 5 == 0,
        }
        for n in range(1, 301)
    ]
    transaction(lambda: db.session.add_all(ReviewComment(**remark) for remark in remarks))

    def pages(browser):
        at, found = f"/reviews/{key}?view=activity", []
        while at:
            html = browser.get(at).text
            found.append(re.findall(r"Remark (\d{3})\.", html))
            earlier = re.search(r'href="([^"]+)">Earlier comments<', html)
            at = unescape(earlier[1]) if earlier else ""
        assert "Newest comments" in html
        return found, re.search(r'id="com-h">Comments</h2><span[^>]*>(\d+)<', html)[1]

    theirs, counted = pages(editor)
    assert [len(page) for page in theirs] == [100, 100, 40] and counted == "240"
    assert [n for page in reversed(theirs) for n in page] == [f"{n:03d}" for n in range(1, 301) if n % 5]
    ours, counted = pages(as_user("reviewer"))
    assert [len(page) for page in ours] == [100, 100, 100] and counted == "300"
    assert sorted(n for page in ours for n in page) == [f"{n:03d}" for n in range(1, 301)]


@pytest.mark.parametrize("before", ["garbage", "00000000-0000-0000-0000-000000000000"])
def test_a_page_of_comments_that_is_not_there_is_no_fault(editor, item, before):
    key = transaction(lambda: make_review(db.session.get(ContentItem, item.id), status="pending").id)
    assert editor.get(f"/reviews/{key}?view=activity&before={before}").status_code == 200


def test_the_list_shows_filters_searches_and_exports_everything(as_user):
    transaction(
        make_review,
        transaction(lambda: make_item("=SUM(A1) 石组造景").id) and None,
        status="rejected",
        reason="Not this month.",
    )
    transaction(lambda: make_review(make_item("=SUM(A1) 石组造景", "b"), status="approved").id)
    viewer = as_user("viewer")
    page = viewer.get("/reviews/all").text
    assert "石组造景" in page and "Not this month." in page
    assert "石组造景" not in viewer.get("/reviews/all?status=rejected").text
    assert "Not this month." not in viewer.get("/reviews/all?q=石组").text
    assert "No reviews match" in viewer.get("/reviews/all?q=nothing&by=garbage&since=never").text
    csv = viewer.get("/reviews/all.csv?status=approved").text
    assert "'=SUM(A1) 石组造景" in csv and "rejected" not in csv


def test_no_page_runs_more_than_twelve_statements(as_user, app, statements):
    account = transaction(make_account, "site")
    for n in range(12):
        transaction(
            lambda n=n: make_review(make_item(f"Item {n}", f"Text {n}", accounts=[account]), status="pending").id
        )
    key = transaction(lambda: db.session.scalars(sa.select(ApprovalRequest.id).order_by(ApprovalRequest.id)).first())
    reviewer = as_user("reviewer")
    paths = [
        f"/reviews/{key}",
        f"/reviews/{key}?view=changes",
        f"/reviews/{key}?view=activity",
        "/reviews/all",
        "/campaigns",
    ]
    seen: dict[str, int] = {}
    for path in paths:
        settings.forget()  # a process reads its settings anew every two seconds: each page is counted with that statement
        with statements() as ran:
            assert reviewer.get(path).status_code == 200
        seen[path] = len(ran)
    assert {path: count for path, count in seen.items() if count > 12} == {}, seen


def test_a_status_changed_by_plain_sql_is_seen_and_a_decision_is_told_once(app):
    key = transaction(lambda: make_review(status="approved").id)
    told = "SELECT action FROM audit_log WHERE entity_type = 'approval_requests' ORDER BY occurred_at, id"
    assert transaction(lambda: db.session.scalars(sa.text(told)).all()) == ["reviews.ask", "reviews.approve"]
    transaction(
        lambda: db.session.execute(
            sa.text("UPDATE approval_requests SET status = 'rejected' WHERE id = :key"), {"key": key}
        )
    )
    assert transaction(lambda: db.session.scalars(sa.text(told)).all())[-1] == "sql.update"


def test_the_view_of_d_lists_what_is_open_oldest_first(app):
    for status in ("pending", "in_review", "approved", "cancelled"):
        transaction(lambda s=status: make_review(make_item(s, s), status=s).id)
    rows = transaction(lambda: db.session.execute(sa.text("SELECT status, entity_title FROM pending_approvals")).all())
    assert [tuple(row) for row in rows] == [("pending", "pending"), ("in_review", "in_review")]


def test_what_is_no_draft_cannot_be_asked_for_and_the_page_says_so(editor, item):
    transaction(lambda: make_review(db.session.get(ContentItem, item.id), status="rejected").id)
    answer = editor.get(f"/reviews/new/{item.id}")
    assert answer.status_code == 409 and "This content is rejected" in answer.text
