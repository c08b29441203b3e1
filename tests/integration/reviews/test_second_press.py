"""Two presses decide on one item: the one that was shown. What came by itself is not decided before it can be read (J8)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.core.transactions import transaction
from app.lib import clock
from app.reviews import navigation
from app.reviews.models import ApprovalRequest
from tests.factories import make_item, make_review
from tests.integration.reviews import desk
from tests.integration.reviews.test_queue_page import HTMX, fields


@pytest.fixture
def two(app):
    return [
        transaction(lambda n=n: make_review(make_item(f"Item {n}", f"Text {n}"), status="pending").id) for n in range(2)
    ]


def came_at(page: str) -> str:
    return (re.search(r'name="came_at" value="(\d+)"', page) or [None, ""])[1]


@pytest.mark.parametrize("js", [True, False])
@pytest.mark.parametrize("after", [0, 100, 250, 350, 500, 699])
def test_a_press_right_after_the_next_item_came_decides_nothing(as_user, two, js, after, monkeypatch):
    """(J8) Also without JavaScript, where the second click of two falls on the page that answered the first."""
    reviewer, headers = as_user("reviewer"), HTMX if js else {}
    page = reviewer.get(f"/reviews/{two[0]}").text
    assert came_at(page) == "", "a page that was opened by hand may be decided at once"
    answer = reviewer.post(f"/reviews/{two[0]}/decisions", data=fields(page), headers=headers)
    page = answer.text if js else reviewer.get(answer.location).text
    moment = datetime.fromtimestamp(int(came_at(page)) / 1000, UTC)
    data = {**fields(page), "came_at": came_at(page)}
    monkeypatch.setattr(clock, "now", lambda: moment + timedelta(milliseconds=after))
    answer = reviewer.post(f"/reviews/{two[1]}/decisions", data=data, headers=headers)
    assert answer.status_code == 409 and "Read it, then decide" in answer.text
    assert desk.fresh(ApprovalRequest, two[1]).status == "in_review"
    assert came_at(answer.text) == "", "the page that says so may be decided"
    monkeypatch.setattr(clock, "now", lambda: moment + navigation.REST)
    assert reviewer.post(f"/reviews/{two[1]}/decisions", data=data, headers=headers).status_code in (200, 303)
    assert desk.fresh(ApprovalRequest, two[1]).status == "approved"


@pytest.mark.parametrize("js", [True, False])
def test_the_same_form_sent_twice_decides_once_and_shows_what_came_of_it(as_user, two, js):
    """(J8)"""
    reviewer, headers = as_user("reviewer"), HTMX if js else {}
    data = fields(reviewer.get(f"/reviews/{two[0]}").text)
    first, second = (reviewer.post(f"/reviews/{two[0]}/decisions", data=data, headers=headers) for _ in range(2))
    assert first.status_code == second.status_code == (200 if js else 303)
    assert desk.fresh(ApprovalRequest, two[0]).status == "approved"
    assert desk.fresh(ApprovalRequest, two[1]).status != "approved"


@pytest.mark.parametrize("evil", ["", "-1", "9" * 40, "٣٤٥", "1e9", "now", "0", "99999999999999", "x" * 2000])
def test_a_moment_that_means_nothing_stops_nobody(evil):
    assert not navigation.is_second_press(evil, datetime.now(UTC))


@pytest.mark.parametrize("line_ms", [0, 5, 40, 120, 170])
@pytest.mark.parametrize("js", [True, False])
def test_a_second_press_is_known_whatever_the_line(line_ms, js):
    """(J8) Two presses 250 to 699 ms apart: where the second falls on the next page, it comes within the rest of it."""
    start, line = datetime(2026, 1, 1, tzinfo=UTC), timedelta(milliseconds=line_ms)
    ways = 1 if js else 3  # without JavaScript the answer is a redirect, and the page is one more way
    rendered = start + line * ways
    for apart in (timedelta(milliseconds=ms) for ms in (250, 350, 500, 699)):
        falls_on_the_next = rendered + line <= start + apart
        came_at = str(int(rendered.timestamp() * 1000))
        assert navigation.is_second_press(came_at, start + apart + line) or not falls_on_the_next
