"""The queue page: with htmx and without JavaScript."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.content.models import ContentItem
from app.core import settings
from app.core.db import db
from app.core.transactions import transaction
from app.reviews import queries
from app.reviews.models import ApprovalRequest
from tests.factories import make_item, make_review, make_user
from tests.integration.reviews import desk

HTMX = {"HX-Request": "true", "HX-Target": "review"}


@pytest.fixture
def three(app):
    """Three requests, in the order of their due time."""
    return [
        transaction(lambda n=n: make_review(make_item(f"Item {n}", f"Text {n}"), status="pending").id) for n in "ABC"
    ]


@pytest.fixture
def reviewer(as_user):
    return as_user("reviewer")


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the approve form, as a browser would send them."""
    form = re.search(r'<form id="approve".*?</form>', page, re.S).group(0)
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def test_the_queue_leads_to_its_first_item_and_shows_it(reviewer, three):
    answer = reviewer.get("/reviews")
    assert (answer.status_code, answer.location) == (302, f"/reviews/{three[0]}")
    page = reviewer.get(answer.location).text
    assert "1 of 3" in page and "Item A" in page and page.count("queue-n") == 3
    assert 'data-key="a"' in page and "Request changes" in page


def test_opening_takes_it_into_review_once(reviewer, three):
    reviewer.get(f"/reviews/{three[0]}")
    reviewer.get(f"/reviews/{three[0]}")
    row = desk.fresh(ApprovalRequest, three[0])
    assert (row.status, row.opened_by) == ("in_review", reviewer.user.id)


def test_an_author_who_looks_opens_nothing(as_user, app):
    author = transaction(make_user, role="reviewer")
    key = transaction(lambda: make_review(make_item(by=author), status="pending").id)
    page = as_user(author).get(f"/reviews/{key}").text
    assert desk.fresh(ApprovalRequest, key).status == "pending"
    assert "somebody else has to decide" in page and 'id="approve"' not in page


def test_without_javascript_a_decision_leads_to_the_next_item_with_a_way_back(reviewer, three):
    page = reviewer.get(f"/reviews/{three[0]}").text
    answer = reviewer.post(f"/reviews/{three[0]}/decisions", data=fields(page))
    assert (answer.status_code, answer.location) == (303, f"/reviews/{three[1]}?came=1")
    following = reviewer.get(answer.location).text
    assert "Item B" in following and "Approved" in following and f"/reviews/{three[0]}/undo" in following
    back = reviewer.post(f"/reviews/{three[0]}/undo")
    assert (back.status_code, back.location) == (303, f"/reviews/{three[0]}")
    assert desk.fresh(ApprovalRequest, three[0]).status == "in_review"


def test_with_htmx_the_answer_is_the_next_item_its_address_and_a_toast(reviewer, three):
    data = fields(reviewer.get(f"/reviews/{three[0]}").text)
    answer = reviewer.post(f"/reviews/{three[0]}/decisions", data=data, headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["HX-Push-Url"] == f"/reviews/{three[1]}"
    assert f'"undo": "/reviews/{three[0]}/undo"' in answer.headers["HX-Trigger"]
    assert "<html" not in answer.text and 'id="review"' in answer.text
    assert re.search(r"<h1[^>]*data-focus[^>]*>Item B", answer.text)
    assert answer.text.count("queue-n") == 2 and 'id="crumb-at"' in answer.text
    assert desk.fresh(ApprovalRequest, three[1]).opened_by == reviewer.user.id


def test_the_last_decision_ends_in_all_reviewed(reviewer, three):
    for key in three:
        data = fields(reviewer.get(f"/reviews/{key}").text)
        answer = reviewer.post(f"/reviews/{key}/decisions", data=data, headers=HTMX)
    assert "All reviewed" in answer.text and answer.headers["HX-Push-Url"] == "/reviews"
    assert "All reviewed" in reviewer.get("/reviews").text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_rejection_without_a_sentence_keeps_what_was_chosen(reviewer, three, headers):
    data = {
        **fields(reviewer.get(f"/reviews/{three[0]}").text),
        "decision": "reject",
        "reason": "Off brand",
        "note": " ",
    }
    answer = reviewer.post(f"/reviews/{three[0]}/decisions", data=data, headers=headers)
    assert answer.status_code == 422
    assert "Say in a sentence why" in answer.text and re.search(
        r'value="Off brand"[^>]*checked|checked[^>]*value="Off brand"', answer.text
    )


def test_the_dialog_is_a_page_without_javascript(reviewer, three):
    page = reviewer.get(f"/reviews/{three[0]}/request_changes").text
    form = re.search(r"<form[^>]*decisions.*?</form>", page, re.S).group(0)
    data = dict(re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', form)) | {"note": "Say what happened."}
    assert (
        reviewer.post(f"/reviews/{three[0]}/decisions", data={**data, "decision": "request_changes"}).status_code == 303
    )
    assert desk.fresh(ApprovalRequest, three[0]).rejection_reason == "Say what happened."


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_too_late_answers_409_with_who_and_when_and_keeps_the_queue(as_user, three, headers):
    first, second = as_user("reviewer"), as_user("reviewer")
    data = fields(second.get(f"/reviews/{three[0]}").text)
    first.post(f"/reviews/{three[0]}/decisions", data=data)
    answer = second.post(
        f"/reviews/{three[0]}/decisions", data={**data, "decision": "reject", "note": "Never."}, headers=headers
    )
    assert answer.status_code == 409
    assert f"{first.user.full_name} approved this version first, a moment ago" in answer.text
    assert answer.text.count("queue-n") == 2
    assert (
        re.search(r"<textarea[^>]*readonly[^>]*>Never\.</textarea>", answer.text) and "Post as comment" in answer.text
    )


def test_who_decided_already_is_spoken_to(reviewer, three):
    data = fields(reviewer.get(f"/reviews/{three[0]}").text)
    reviewer.post(f"/reviews/{three[0]}/decisions", data=data)
    answer = reviewer.post(f"/reviews/{three[0]}/decisions", data={**data, "decision": "reject", "note": "Never."})
    assert answer.status_code == 409 and "You approved this version already, a moment ago" in answer.text


def test_the_eleventh_in_a_minute_answers_429_and_says_when(reviewer, three):
    transaction(settings.put, "reviews.decisions_per_minute", 1)
    for key in three[:2]:
        data = fields(reviewer.get(f"/reviews/{key}").text)
        answer = reviewer.post(f"/reviews/{key}/decisions", data=data)
    assert answer.status_code == 429
    assert 50 <= int(answer.headers["Retry-After"]) <= 60
    assert "You can decide again in" in answer.text


def test_a_newer_version_shows_a_notice_and_no_decision(reviewer, three, as_user):
    item = desk.fresh(ApprovalRequest, three[0]).related_entity_id
    author = desk.fresh(ContentItem, item).created_by
    desk.new_version(item, desk.Person(author, "Tomás", "editor"), "New text")
    page = reviewer.get(f"/reviews/{three[0]}").text
    assert "A newer version was saved" in page and 'id="approve"' not in page
    assert page.count("queue-n") == 2


def test_the_filter_is_kept_for_the_next_visit(reviewer, three):
    reviewer.get("/reviews?sort=confidence&scope=all")
    assert reviewer.get("/reviews").location == f"/reviews/{three[0]}?sort=confidence&scope=all"
    assert reviewer.get("/reviews?clear=1").location == f"/reviews/{three[0]}"


def test_the_badge_counts_what_waits_for_me(reviewer, three, as_user):
    def queue_length(person_id: Any, role: str) -> int:
        with desk.being(desk.Person(person_id, "", role)):
            return transaction(queries.queue_length)

    assert queue_length(reviewer.user.id, "reviewer") == 3
    assert queue_length(reviewer.user.id, "editor") == 0
    author = transaction(lambda: db.session.get(ApprovalRequest, three[0]).author_id)
    assert queue_length(author, "reviewer") == 2
    page = reviewer.get("/").text
    assert re.search(r'id="badge-reviews" class="pill pill-wait"><span class="visually-hidden">, </span>3<', page), (
        "it stands there without JavaScript"
    )
    assert '<i data-badge="reviews" aria-hidden="true">3</i>' in page


@pytest.mark.parametrize(
    "path",
    [
        "/reviews/garbage",
        "/reviews/00000000-0000-0000-0000-000000000000",
        "/reviews/00000000-0000-0000-0000-000000000000/reject",
    ],
)
def test_what_is_not_there_is_not_found(reviewer, path):
    assert reviewer.get(path).status_code == 404


@pytest.mark.parametrize(
    "query", ["?sort='--&scope=0&platform=<x>&view=../..", "?view=changes&sort=&platform=%F0%9F%90%9F"]
)
def test_garbage_in_the_query_string_means_nothing(reviewer, three, query):
    assert reviewer.get(f"/reviews/{three[0]}{query}").status_code == 200


def test_an_editor_may_look_but_not_decide(as_user, three):
    editor = as_user("editor")
    assert editor.get("/reviews").location == "/reviews/all"
    assert 'id="approve"' not in editor.get(f"/reviews/{three[0]}").text
    assert editor.post(f"/reviews/{three[0]}/decisions", data={"decision": "approve"}).status_code == 403
