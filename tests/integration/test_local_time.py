"""(B6) Wherever a local time is typed, an hour that clocks skip is refused in the same words, and one that comes twice is the first
where the form cannot ask."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.accounts import slots
from app.campaigns.models import Campaign
from app.content.models import ContentItem
from app.core.db import db
from app.core.transactions import transaction
from app.reviews.models import ApprovalRequest
from tests.factories import make_item, make_user
from tests.integration.content.test_composer import form

BERLIN = {"preferences": {"timezone": "Europe/Berlin"}}
SKIPPED, TWICE, FIRST = "2027-03-28T02:30", "2027-10-31T02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
WORDS = "02:30 does not exist on 28 March 2027 in Europe/Berlin: clocks go forward past it. 03:30 is the same moment."


@pytest.fixture
def editor(as_user):
    return as_user(transaction(lambda: make_user("editor", **BERLIN)))


def campaign(editor, field, typed):
    sent = {"name": "Spring", "goal": "One tank.", "budget_currency": "ETB", "zone": "Europe/Berlin", field: typed}
    return editor.post("/campaigns", data=sent)


def review(editor, typed):
    item = transaction(lambda: make_item(by=editor.user))
    return editor.post(
        "/reviews", data={"content_id": str(item.id), "artifact_id": str(item.current_version_id), "due_at": typed}
    )


def plan(editor, typed, **more):
    on, _, at = typed.partition("T")
    return editor.post("/content/new", data=form(plan_on=on, plan_at=at, plan_zone="Europe/Berlin", **more))


def kept(column):
    return transaction(lambda: db.session.scalars(sa.select(column).where(column.is_not(None))).one())


@pytest.mark.parametrize("field", ["start_time", "end_time"])
def test_the_start_and_the_end_of_a_campaign(editor, field):
    refused = campaign(editor, field, SKIPPED)
    assert refused.status_code == 422 and WORDS in refused.text
    assert campaign(editor, field, TWICE).status_code == 303
    assert kept(getattr(Campaign, field)) == FIRST


def test_the_decide_by_of_a_review(editor):
    refused = review(editor, SKIPPED)
    assert refused.status_code == 422 and WORDS in refused.text
    assert review(editor, TWICE).status_code == 303
    assert kept(ApprovalRequest.due_at) == FIRST


def test_the_decide_by_is_meant_in_the_zone_that_the_page_showed(editor):
    """Another zone chosen meanwhile in a second tab moves nothing, and typed seconds are kept."""
    item = transaction(lambda: make_item(by=editor.user))
    page = editor.get(f"/reviews/new/{item.id}").text
    assert 'name="zone" type="hidden" value="Europe/Berlin"' in page and "Time zone: Europe/Berlin" in page
    editor.post("/me/zone", data={"timezone": "Asia/Tokyo"})
    sent = {"content_id": str(item.id), "artifact_id": str(item.current_version_id), "zone": "Europe/Berlin"}
    assert editor.post("/reviews", data={**sent, "due_at": "2027-01-10T09:00:30"}).status_code == 303
    assert kept(ApprovalRequest.due_at) == datetime(2027, 1, 10, 8, 0, 30, tzinfo=UTC)


def test_an_offset_behind_a_typed_time_is_not_dropped(editor):
    """It names another moment than the zone beside it: refused; the zone's own settles the hour that comes twice."""
    assert "another time in Europe/Berlin" in plan(editor, "2027-01-10T09:00+05:30").text
    assert plan(editor, f"{TWICE}+01:00").status_code == 303
    assert kept(ContentItem.scheduled_for) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert campaign(editor, "start_time", "2027-01-10T09:00+05:30").status_code == 422


def test_a_zone_is_typed_as_people_write_it(editor):
    assert (
        editor.post("/content/new", data=form(plan_on="2027-01-10", plan_at="09:00", plan_zone="kolkata")).status_code
        == 303
    )
    assert kept(ContentItem.timezone) == "Asia/Kolkata"
    refused = editor.post("/content/new", data=form(plan_on="2027-01-10", plan_at="09:00", plan_zone="Atlantis"))
    assert (
        refused.status_code == 422
        and "Atlantis” is not a time zone" in refused.text
        and 'value="Atlantis"' in refused.text
    )


def test_the_plan_of_a_content_asks_which_of_the_two(editor):
    refused, asked = plan(editor, SKIPPED), plan(editor, TWICE)
    assert (refused.status_code, asked.status_code) == (422, 422)
    assert WORDS in refused.text and "comes twice" in asked.text
    assert plan(editor, TWICE, plan_which="first").status_code == 303
    assert kept(ContentItem.scheduled_for) == FIRST


def test_the_slots_of_an_account():
    week = [[6, "02:30"]]
    before = [datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 10, 30, 12, tzinfo=UTC)]
    assert [slots.next_free(week, "Europe/Berlin", now, []) for now in before] == [
        datetime(2027, 4, 4, 0, 30, tzinfo=UTC),
        FIRST,
    ]
