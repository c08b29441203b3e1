"""The plan (accounts, time, zone) is part of what a decision names: what was on the page is decided, and nothing else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.content import actions as content
from app.content import compose as composer
from app.content import queries as contents
from app.content.models import ContentItem
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.lib.errors import Conflict
from app.publishing.models import PublishJob, PublishRecord
from app.reviews import actions, jobs
from app.reviews.models import ApprovalRequest
from tests import publishing_desk
from tests.factories import make_account
from tests.integration.content.test_composer import form
from tests.integration.reviews import desk
from tests.integration.reviews.test_race import together

AT = clock.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=3)


def planned(*accounts, at=AT, zone="UTC"):
    """An item of an author with a plan, and the request for it."""
    author = desk.person("editor", "Tilo")
    key = desk.item(author)
    replan(key, author, accounts, at, zone)
    return author, key, desk.asked(key, author)


def replan(key, who, accounts, at=AT, zone="UTC"):
    chosen = [(str(a.id), a.platform) for a in accounts]
    with desk.being(who):
        transaction(lambda: content.plan(db.session.get_one(ContentItem, key), at, zone, chosen))


def state(key):
    return desk.fresh(ContentItem, key)


def jobs_made():
    return transaction(lambda: list(db.session.scalars(sa.select(PublishJob))))


def hidden(html, decision="approve"):
    """The fields of the form that decides, as the page was drawn."""
    found = re.search(rf'<form[^>]*>(?:(?!</form>).)*name="decision" value="{decision}".*?</form>', html, re.S)
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', found.group()))


def test_a_page_that_was_open_while_the_plan_changed_decides_nothing(app, commit, as_user):
    """(S2) Open request; the editor saves the same text with another account and time; the admin presses "Approve and
    schedule" on the page already open."""
    here, there = commit(make_account), commit(make_account)
    _, key, request = planned(here)
    admin, editor = as_user("admin"), as_user("editor")
    data = hidden(admin.get(f"/reviews/{request.id}").get_data(as_text=True))
    item, version = state(key), desk.fresh(ApprovalRequest, request.id).artifact_id
    plan = {"plan_on": f"{AT + timedelta(days=1):%Y-%m-%d}", "plan_at": "05:00", "plan_zone": "UTC"}
    same = form(item, title=item.title, body=item.content, accounts=str(there.id), **plan)
    assert editor.post(f"/content/{key}/edit", data=same).status_code == 303
    assert state(key).current_version_id == version
    answer = admin.post(f"/reviews/{request.id}/decisions", data={**data, "schedule": "1"})
    assert answer.status_code == 409 and "The plan changed while you read: look again" in answer.get_data(as_text=True)
    row = state(key)
    assert (row.status, row.approved_version_id, jobs_made()) == ("draft", None, [])
    transaction(actions.supersede_stale, key)
    assert desk.fresh(ApprovalRequest, request.id).status == "superseded"
    assert "The plan changed" in admin.get(f"/reviews/{request.id}").get_data(as_text=True)


def test_another_plan_ends_the_review_at_every_door(app, commit, as_user):
    """(S2) The calendar's move is the same verb as the composer's."""
    here = commit(make_account)
    _, key, request = planned(here)
    editor = as_user("editor")
    move = {"day": f"{AT + timedelta(days=2):%Y-%m-%d}", "time": "10:00", "zone": "UTC"}
    assert editor.post(f"/calendar/plan/{key}", data=move).status_code == 303
    row = state(key)
    assert (row.status, row.planned_accounts) == ("draft", [str(here.id)])
    jobs.supersede(str(key))
    assert desk.fresh(ApprovalRequest, request.id).status == "superseded"


def test_the_reaction_that_closes_the_request_is_wired(app):
    """(S2) The verb's line of history has its consumer."""
    from app.reactions import REACTIONS

    assert REACTIONS["content.plan_under_review"] == ("reviews.supersede",)


@pytest.mark.parametrize("what", ["accounts", "time", "zone", "no time", "one account more"])
def test_each_part_of_the_plan_counts(app, commit, what):
    """(S2)"""
    here, there = commit(make_account), commit(make_account)
    author, key, request = planned(here)
    given = desk.sight(request)
    wanted = {
        "accounts": ((there,), AT, "UTC"),
        "time": ((here,), AT + timedelta(minutes=1), "UTC"),
        "zone": ((here,), AT, "Asia/Tokyo"),
        "no time": ((here,), None, "UTC"),
        "one account more": ((here, there), AT, "UTC"),
    }[what]
    replan(key, author, *wanted)
    with pytest.raises(Conflict, match="The plan changed while you read"):
        desk.decide(request, desk.person(), **given)
    again = desk.asked(key, author)
    assert again.id != request.id and desk.fresh(ApprovalRequest, request.id).status == "superseded"
    assert desk.decide(again, desk.person()).settled == "approved"


def test_a_plan_that_came_back_to_what_it_was_still_ended_the_review(app, commit):
    """(S2) Every hash of the open page fits again, but the item is a draft and its request is about to be closed."""
    here, there = commit(make_account), commit(make_account)
    author, key, request = planned(here)
    given = desk.sight(request)
    replan(key, author, (there,))
    replan(key, author, (here,))
    assert desk.sight(request) == given and desk.fresh(ApprovalRequest, request.id).status == "pending"
    with pytest.raises(Conflict, match="The plan is part of the decision, so it is asked for anew"):
        desk.decide(request, desk.person(), **given)
    assert state(key).status == "draft"


@pytest.mark.parametrize(
    "change",
    [
        "planned_accounts = planned_accounts || to_jsonb('00000000-0000-0000-0000-000000000001'::text)",
        "planned_platforms = array_append(planned_platforms, 'mastodon')",
        "scheduled_for = scheduled_for + interval '1 minute'",
        "timezone = 'Asia/Tokyo'",
    ],
)
def test_each_fact_of_the_plan_is_in_its_hash(app, commit, change):
    """(S2)"""
    _, key, _ = planned(commit(make_account))
    before = contents.plan_hash(state(key))
    publishing_desk.by_hand(f"UPDATE content_items SET {change} WHERE id = :id", id=key)
    assert contents.plan_hash(state(key)) != before


def test_a_plan_that_says_the_same_ends_no_review(app, commit):
    """(S2) The accounts in another order, or another zone while no time is planned, are no other plan."""
    here, there = commit(make_account), commit(make_account)
    author, key, request = planned(here, there, at=None)
    replan(key, author, (there, here), None, "Asia/Tokyo")
    assert state(key).status == "review"
    assert desk.decide(request, desk.person()).settled == "approved"


@pytest.mark.parametrize("decision", ["approve", "reject", "request_changes"])
def test_a_plan_changed_behind_the_desks_back_is_noticed_under_the_lock(app, commit, decision):
    """(S2) By plain SQL nothing ends the request; the hash in the form does not fit all the same."""
    here, there = commit(make_account), commit(make_account)
    _, key, request = planned(here)
    given = desk.sight(request)
    publishing_desk.by_hand(
        "UPDATE content_items SET planned_accounts = jsonb_build_array(CAST(:a AS text))", a=str(there.id)
    )
    with pytest.raises(Conflict, match="The plan changed while you read: look again"):
        desk.decide(request, desk.person(), decision, note="Because of this.", **given)
    assert state(key).status == "review" and desk.fresh(ApprovalRequest, request.id).settled_at is None


@pytest.mark.parametrize(
    "missing", [{"plan_hash": ""}, {"shown_hash": ""}, {"plan_hash": "0" * 64}, {"shown_hash": "é"}]
)
def test_a_decision_that_names_no_plan_or_no_words_decides_nothing(app, commit, missing):
    """(S2) A stale form from before the update, or one made by hand."""
    _, key, request = planned(commit(make_account))
    with pytest.raises(Conflict, match="look again"):
        desk.decide(request, desk.person(), **missing)
    assert state(key).status == "review"


def test_words_that_an_update_changed_under_the_reader_are_not_approved(app, commit, monkeypatch):
    """(D10) The page showed the old composer's words; the approval would have stored the new ones."""
    author = desk.person("editor")
    elephant = commit(make_account, "mastodon")
    with desk.being(author):
        key = transaction(lambda: content.create_item({"title": "T", "body": "B", "disclosure": "assisted"}).id)
    replan(key, author, (elephant,), None)
    request = desk.asked(key, author)
    given = desk.sight(request)
    monkeypatch.setitem(composer.DISCLOSED["assisted"], "en", "Made with a machine.")
    with pytest.raises(Conflict, match="no longer what this page showed: look again"):
        desk.decide(request, desk.person(), **given)
    assert desk.decide(request, desk.person()).settled == "approved"


def test_two_votes_on_different_words_make_no_quorum(app, commit, monkeypatch):
    """(D10) An update between the first and the second vote: the first was about other words."""
    from app.core import settings

    author, elephant = desk.person("editor"), commit(make_account, "mastodon")
    with desk.being(author):
        key = transaction(lambda: content.create_item({"title": "T", "body": "B", "disclosure": "assisted"}).id)
    replan(key, author, (elephant,), None)
    transaction(settings.put, "reviews.quorum", 2)
    request, first, second = desk.asked(key, author), desk.person(), desk.person()
    assert desk.decide(request, first).settled is None
    monkeypatch.setitem(composer.DISCLOSED["assisted"], "en", "Made with a machine.")
    assert desk.decide(request, second).settled is None and state(key).status == "review"
    assert desk.decide(request, first).settled == "approved"


def test_approve_and_schedule_schedules_exactly_the_plan_that_was_shown(app, commit, as_user):
    """(S2)"""
    here, there = commit(make_account), commit(make_account, "sandbox")
    _, key, request = planned(here, there, zone="Asia/Tokyo")
    admin = as_user("admin")
    data = hidden(admin.get(f"/reviews/{request.id}").get_data(as_text=True))
    for _ in range(2):
        assert admin.post(f"/reviews/{request.id}/decisions", data={**data, "schedule": "1"}).status_code == 303
    (job,) = jobs_made()
    assert (job.scheduled_at, job.timezone, job.approval_id) == (AT, "Asia/Tokyo", request.id)
    found = transaction(lambda: set(db.session.scalars(sa.select(PublishRecord.credential_id))))
    assert found == {here.id, there.id}


def test_approve_and_schedule_after_a_plain_approval_is_no_repetition(app, commit, as_user):
    """(S2) A stale tab: saying "Approved" to it would promise a job that nobody makes."""
    _, key, request = planned(commit(make_account))
    admin = as_user("admin")
    data = hidden(admin.get(f"/reviews/{request.id}").get_data(as_text=True))
    assert admin.post(f"/reviews/{request.id}/decisions", data=data).status_code == 303
    answer = admin.post(f"/reviews/{request.id}/decisions", data={**data, "schedule": "1"})
    assert answer.status_code == 409 and "without scheduling" in answer.get_data(as_text=True) and jobs_made() == []
    assert admin.post(f"/reviews/{request.id}/decisions", data=data).status_code == 303


def test_an_undone_approval_shows_the_plan_of_now(app, commit):
    """(S2) The plan may change while it is approved; after the undo a tab of before decides nothing."""
    here, there = commit(make_account), commit(make_account)
    author, key, request = planned(here)
    given, judge = desk.sight(request), desk.person()
    desk.decide(request, judge)
    replan(key, author, (there,))
    with desk.being(judge):
        transaction(actions.undo, request.id)
    with pytest.raises(Conflict, match="The plan changed while you read"):
        desk.decide(request, judge, **given)


def test_an_old_decision_is_not_undone_while_a_new_review_is_open(app, commit):
    """(S1) Asked anew for one more platform: the earlier approval's undo would open a second request."""
    sky, elephant = commit(make_account, "bluesky"), commit(make_account, "mastodon")
    author, key, request = planned(sky)
    judge = desk.person()
    desk.decide(request, judge)
    replan(key, author, (sky, elephant))
    desk.asked(key, author)
    with desk.being(judge), pytest.raises(Conflict, match="A new review was asked for since"):
        transaction(actions.undo, request.id)


@pytest.mark.parametrize("turn", range(4))
def test_the_plan_and_the_decision_at_the_same_moment(app, commit, turn):
    """(S2) On two connections: either the shown plan is approved, or nothing is; a plan is never approved unread."""
    here, there = commit(make_account), commit(make_account)
    author, key, request = planned(here)
    given, operator = desk.sight(request), desk.person("operator")
    calls = [
        lambda: replan(key, author, (there,), AT + timedelta(hours=5)),
        lambda: desk.decide(request, operator, schedule=True, **given),
    ]
    outcome = together(app, *calls)[1]
    made = jobs_made()
    if isinstance(outcome, Conflict):
        assert made == [] and state(key).approved_version_id is None
    else:
        assert [job.scheduled_at for job in made] == [AT]
        assert transaction(lambda: list(db.session.scalars(sa.select(PublishRecord.credential_id)))) == [here.id]


def test_a_request_on_another_plan_is_offered_to_nobody_before_it_is_closed(app, commit, as_user):
    """(S2) Between the new plan and the reaction that closes the request, the queue is empty and the page decides nothing."""
    author, key, request = planned(commit(make_account))
    replan(key, author, (commit(make_account),))
    reviewer = as_user("reviewer")
    assert "All reviewed" in reviewer.get("/reviews", follow_redirects=True).get_data(as_text=True)
    page = reviewer.get(f"/reviews/{request.id}").get_data(as_text=True)
    assert "The plan changed" in page and 'name="decision"' not in page


def test_the_calendars_move_keeps_the_accounts_of_now(app, commit):
    """(S2) Read before the lock, it would put back the accounts of before another person's save."""
    from app.calendar.actions import move_plan

    here, there = commit(make_account), commit(make_account)
    author, key, _ = planned(here)
    state(key)
    replan(key, author, (here, there))
    with desk.being(author):
        transaction(move_plan, key, AT + timedelta(days=1), "UTC")
    assert state(key).planned_accounts == [str(here.id), str(there.id)]
