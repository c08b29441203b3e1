"""Approving with the plan, and undo, from the page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.models import Account
from app.core import settings
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.publishing.models import PublishRecord
from app.reviews.models import ApprovalRequest
from tests.factories import make_account, make_item, make_review, make_user
from tests.integration.reviews import desk
from tests.integration.reviews.test_queue_page import HTMX, fields


@pytest.fixture
def account(app):
    return transaction(make_account, "site", "Our site")


@pytest.fixture
def planned(account):
    at = clock.now() + timedelta(hours=4)
    return transaction(lambda: make_review(make_item(accounts=[account], at=at), status="pending").id)


def records():
    return transaction(lambda: db.session.scalars(sa.select(PublishRecord.status)).all())


def test_an_operator_approves_and_schedules_in_one_step(as_user, planned):
    operator = as_user("operator")
    page = operator.get(f"/reviews/{planned}").text
    assert "Approve and schedule" in page
    answer = operator.post(f"/reviews/{planned}/decisions", data={**fields(page), "schedule": "1"}, headers=HTMX)
    assert re.search("Approved: Five stones, one story. Scheduled for (today|tomorrow)", answer.headers["HX-Trigger"])
    assert records() == ["pending"]
    assert operator.post(f"/reviews/{planned}/undo", headers={"HX-Request": "true"}).status_code == 200
    assert records() == ["cancelled"]


def test_a_reviewer_is_not_offered_it_and_is_refused(as_user, planned):
    reviewer = as_user("reviewer")
    page = reviewer.get(f"/reviews/{planned}").text
    assert "Approve and schedule" not in page
    answer = reviewer.post(f"/reviews/{planned}/decisions", data={**fields(page), "schedule": "1"})
    assert answer.status_code == 403 and "operator role" in answer.text
    assert desk.fresh(ApprovalRequest, planned).status == "in_review" and records() == []


def test_an_account_that_was_lost_meanwhile_stops_the_whole_decision(as_user, planned, account):
    operator = as_user("operator")
    page = operator.get(f"/reviews/{planned}").text
    transaction(lambda: db.session.execute(sa.update(Account).values(status="expired")))
    answer = operator.post(f"/reviews/{planned}/decisions", data={**fields(page), "schedule": "1"}, headers=HTMX)
    assert answer.status_code == 422 and "Reconnect it first" in answer.text
    assert desk.fresh(ApprovalRequest, planned).status == "in_review"


def test_undo_that_comes_too_late_says_why_on_the_page_and_in_the_toast(as_user, planned):
    operator = as_user("operator")
    data = {**fields(operator.get(f"/reviews/{planned}").text), "schedule": "1"}
    operator.post(f"/reviews/{planned}/decisions", data=data)
    transaction(
        lambda: db.session.execute(sa.update(PublishRecord).values(claimed_at=clock.now(), status="publishing"))
    )
    answer = operator.post(f"/reviews/{planned}/undo")
    assert answer.status_code == 409 and "A worker has taken a record of this version already" in answer.text
    answer = operator.post(f"/reviews/{planned}/undo", headers={"HX-Request": "true"})
    assert "A worker has taken a record" in answer.headers["HX-Trigger"]


def test_the_page_offers_undo_for_ten_minutes(as_user, planned, monkeypatch):
    reviewer = as_user("reviewer")
    reviewer.post(f"/reviews/{planned}/decisions", data=fields(reviewer.get(f"/reviews/{planned}").text))
    assert "Undo the decision" in reviewer.get(f"/reviews/{planned}").text
    assert "Undo the decision" not in as_user("reviewer").get(f"/reviews/{planned}").text
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(minutes=11))
    assert "Undo the decision" not in reviewer.get(f"/reviews/{planned}").text


def test_with_self_approval_one_person_can_run_the_desk(as_user):
    transaction(settings.put, "reviews.self_approval", True)
    author = transaction(make_user, role="admin")
    key = transaction(lambda: make_review(make_item(by=author), status="pending").id)
    alone = as_user(author)
    assert alone.get("/reviews").location == f"/reviews/{key}"
    answer = alone.post(f"/reviews/{key}/decisions", data=fields(alone.get(f"/reviews/{key}").text))
    assert answer.status_code == 303 and desk.fresh(ApprovalRequest, key).status == "approved"


def test_a_title_is_text_and_never_markup(as_user):
    title = '<script>alert(1)</script> "quoted" & مرحبا 石头 👩‍👩‍👧‍👦'
    key = transaction(lambda: make_review(make_item(title, "<img src=x onerror=alert(1)>"), status="pending").id)
    for path in (f"/reviews/{key}", f"/reviews/{key}/reject", "/reviews/all"):
        page = as_user("reviewer").get(path).text
        assert "<script>alert" not in page and "onerror=alert(1)>" not in page.replace("&gt;", "")
        assert "石头 👩‍👩‍👧‍👦" in page
