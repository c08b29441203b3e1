"""Campaigns: their pages, their moves, and the holds that follow."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app.campaigns import actions
from app.campaigns.actions.late import LateChoice
from app.campaigns.models import CAMPAIGN, Agent, Campaign
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.lib.errors import Conflict, Invalid
from app.publishing import actions as publishing
from app.publishing.models import PublishHold, PublishRecord
from tests.factories import make_account, make_campaign, make_item, version_of

FORM = {
    "name": "Winter Iwagumi",
    "goal": "Show what one tank can be.",
    "target_platforms": ["site"],
    "budget_cap": "180000.50",
    "budget_currency": "etb",
}


def fresh(key):
    return transaction(lambda: db.session.get(Campaign, key, populate_existing=True))


def holds():
    def rows():
        open_holds = PublishHold.released_at.is_(None)
        return db.session.execute(sa.select(PublishHold.scope, PublishHold.reason).where(open_holds)).all()

    return [tuple(row) for row in transaction(rows)]


def move(verb, key, *more):
    return transaction(lambda: verb(db.session.get(Campaign, key), *more))


def scheduled(campaign_id, hours=2.0):
    """One record of the campaign, due in `hours` (moved into the past afterwards when that is negative)."""

    def make():
        account = make_account("site")
        item = make_item(
            f"Item {hours}", f"Text {hours}", accounts=[account], status="approved", campaign_id=campaign_id
        )
        job = publishing.schedule(item, version_of(item), [account.id], clock.now() + timedelta(hours=max(hours, 1)))
        record = db.session.scalars(sa.select(PublishRecord).where(PublishRecord.job_id == job.id)).one()
        record.due_at = clock.now() + timedelta(hours=hours)
        db.session.flush()
        return record.id

    return transaction(make)


def record(key):
    return transaction(lambda: db.session.get(PublishRecord, key, populate_existing=True))


@pytest.fixture
def active(app):
    return transaction(make_campaign).id


def test_people_are_the_built_in_agent(app):
    assert transaction(lambda: db.session.get(Agent, "staff")).status == "active"


def test_create_show_and_edit(as_user):
    editor = as_user("editor")
    answer = editor.post("/campaigns", data={**FORM, "start_time": "2027-01-10T09:00", "end_time": "2027-02-10T09:00"})
    assert answer.status_code == 303
    page = editor.get(answer.location).text
    assert "Winter Iwagumi" in page and "ETB 180,000.50" in page and "Draft" in page
    row = transaction(lambda: db.session.scalars(sa.select(Campaign)).one())
    assert (row.budget_cap, row.budget_currency, row.target_platforms) == (Decimal("180000.50"), "ETB", ["site"])
    assert row.start_time.isoformat() == "2027-01-10T09:00:00+00:00"
    form = {**FORM, "name": "冬季水景 🌿 مهرجان", "lock_version": "1"}
    assert editor.post(answer.location, data=form).status_code == 303
    assert "冬季水景 🌿 مهرجان" in editor.get(answer.location).text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "Give the campaign a name"),
        ({"goal": ""}, "what it should achieve"),
        ({"budget_cap": "ten"}, "Enter a number, like"),
        ({"budget_cap": "-1"}, "0 or more"),
        ({"budget_currency": "birr"}, "three letters"),
        ({"start_time": "2027-02-10T09:00", "end_time": "2027-01-10T09:00"}, "later than the start"),
        ({"target_platforms": ["myspace"]}, "not in the list any more"),
        ({"name": "字" * 201}, "At most 200"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(as_user, wrong, words):
    answer = as_user("editor").post("/campaigns", data={**FORM, **wrong})
    assert answer.status_code == 422
    assert words in answer.text
    assert "goal" in wrong or "Show what one tank can be." in answer.text


def test_two_people_editing_at_once_do_not_overwrite_each_other(as_user, active):
    editor = as_user("editor")
    assert editor.post(f"/campaigns/{active}", data={**FORM, "lock_version": "1"}).status_code == 303
    answer = editor.post(f"/campaigns/{active}", data={**FORM, "name": "Mine", "lock_version": "1"})
    assert answer.status_code == 409 and "Somebody else changed this campaign" in answer.text


def test_the_list_searches_filters_sorts_and_is_empty_with_a_way_out(as_user):
    viewer = as_user("viewer")
    assert "No campaigns yet" in viewer.get("/campaigns").text
    transaction(make_campaign, "Winter Iwagumi", target_platforms=["site"])
    transaction(make_campaign, "Black Friday", "draft")
    assert "Black Friday" not in viewer.get("/campaigns?q=iwagumi").text
    assert "Winter Iwagumi" not in viewer.get("/campaigns?status=draft").text
    assert "Black Friday" not in viewer.get("/campaigns?platform=site").text
    assert "No campaigns match" in viewer.get("/campaigns?q=nothing").text
    assert "Black Friday" in viewer.get("/campaigns/export.csv?status=draft").text


@pytest.mark.parametrize("state", CAMPAIGN.states)
@pytest.mark.parametrize(
    ("verb", "target"), [("start", "active"), ("pause", "paused"), ("stop", "stopped"), ("complete", "completed")]
)
def test_only_the_moves_of_the_table(app, state, verb, target):
    key = transaction(make_campaign, status=state).id
    legal = CAMPAIGN.allows(state, target) and not (verb == "start" and state == "paused")
    if legal:
        assert move(getattr(actions, verb), key).status == target
    else:
        with pytest.raises(Conflict):
            move(getattr(actions, verb), key)
        assert fresh(key).status == state


def test_pausing_holds_and_resuming_releases(active):
    move(actions.pause, active, "Supplier is late")
    assert holds() == [("campaign", "campaign_paused")]
    move(actions.resume, active)
    assert holds() == [] and fresh(active).status == "active"


def test_stopping_holds_for_good_and_completing_a_paused_one_does_not(active):
    move(actions.stop, active)
    assert holds() == [("campaign", "campaign_paused")]
    other = transaction(make_campaign, "Other").id
    move(actions.pause, other)
    move(actions.complete, other)
    assert holds() == [("campaign", "campaign_paused")]


def test_a_campaign_with_posts_on_the_way_cannot_be_completed(active):
    scheduled(active)
    with pytest.raises(Conflict, match="1 post is still on the way"):
        move(actions.complete, active)


def test_resuming_asks_what_to_do_with_late_posts(active):
    late, future = scheduled(active, -2), scheduled(active, 3)
    move(actions.pause, active)
    with pytest.raises(Conflict, match="1 post became late"):
        move(actions.resume, active)
    assert holds() == [("campaign", "campaign_paused")]
    move(actions.resume, active, LateChoice("send_now"))
    assert record(late).due_at >= clock.now() - timedelta(seconds=30)
    assert record(future).due_at > clock.now() + timedelta(hours=2)


def test_late_posts_move_together_or_are_cancelled(active):
    first, second = scheduled(active, -4), scheduled(active, -1)
    gap = record(second).due_at - record(first).due_at
    move(actions.pause, active)
    at = clock.now() + timedelta(days=1)
    move(actions.resume, active, LateChoice("reschedule", at))
    assert record(first).due_at == at and record(second).due_at - at == gap
    move(actions.pause, active)
    transaction(lambda: db.session.execute(sa.update(PublishRecord).values(due_at=clock.now() - timedelta(hours=1))))
    move(actions.resume, active, LateChoice("cancel"))
    assert {record(first).status, record(second).status} == {"cancelled"}


@pytest.mark.parametrize(
    ("choice", "at"), [("burn", None), ("reschedule", None), ("reschedule", clock.now() - timedelta(hours=1))]
)
def test_an_answer_that_makes_no_sense_is_refused(choice, at):
    with pytest.raises(Invalid):
        LateChoice(choice, at)


def test_the_moves_by_browser_need_an_operator_and_work_without_javascript(as_user, active):
    assert as_user("editor").post(f"/campaigns/{active}/pause").status_code == 403
    operator = as_user("operator")
    assert "Pause" in operator.get(f"/campaigns/{active}/pause").text
    assert operator.post(f"/campaigns/{active}/pause", data={"note": "Wait"}).status_code == 303
    assert "This campaign is paused" in operator.get(f"/campaigns/{active}").text
    scheduled(active, -2)
    page = operator.get(f"/campaigns/{active}/resume").text
    assert "1 post of this campaign became late" in page and "Send them now" in page
    assert operator.post(f"/campaigns/{active}/resume", data={"late": "reschedule"}).status_code == 422
    assert operator.post(f"/campaigns/{active}/resume", data={"late": "send_now"}).status_code == 303
    assert operator.post(f"/campaigns/{active}/start").status_code == 409


def test_its_page_shows_content_and_results(as_user, active):
    scheduled(active)
    page = as_user("viewer").get(f"/campaigns/{active}").text
    assert "Item 2.0" in page or "Item 2" in page
    assert "Results by platform" in page and "Our site" in page


@pytest.mark.parametrize(
    "path",
    [
        "/campaigns/garbage",
        "/campaigns/00000000-0000-0000-0000-000000000000",
        "/campaigns/00000000-0000-0000-0000-000000000000/edit",
    ],
)
def test_what_is_not_there_is_not_found(as_user, path):
    assert as_user("admin").get(path).status_code == 404
