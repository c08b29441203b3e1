"""Only a campaign that runs sends: in every way to schedule, and at dispatch whatever changed since (J30)."""

from __future__ import annotations

import contextvars
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.campaigns import actions
from app.campaigns.actions.late import LateChoice
from app.campaigns.jobs import follow
from app.campaigns.models import Campaign
from app.content import actions as content
from app.content import queries as contents
from app.content.models import ContentItem
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.lib.errors import Conflict, Invalid
from app.publishing import actions as publishing
from app.publishing import actions as publishing_actions
from app.publishing.actions import bulk
from app.publishing.models import PublishRecord
from app.publishing.pages.blockers import blockers
from app.publishing.queries import record as record_queries
from app.reviews.actions import decide
from tests import publishing_desk as desk
from tests.factories import act_as, make_account, make_campaign, make_item, make_review, make_user, version_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def campaign(status="active", **columns):
    return transaction(make_campaign, "Winter Iwagumi", status, **columns).id


def post(campaign_id, platform="site"):
    """An approved item of the campaign and an account for it."""

    def make():
        account = make_account(platform)
        item = make_item("A post", "Its text.", accounts=[account], status="approved", campaign_id=campaign_id)
        return item, version_of(item), account.id

    return transaction(make)


def schedule(made, at=None, **more):
    item, artifact, account = made
    return desk.scheduled(account, at=at, made=(item, artifact), **more)[0]


def shift(key, **columns):
    """Change the campaign's row behind the desk's back, as a restored backup or plain SQL does."""
    transaction(lambda: db.session.execute(sa.update(Campaign).where(Campaign.id == key).values(**columns)))


def due(record):
    """Due now, in whatever status of waiting it is."""
    transaction(
        lambda: db.session.execute(
            sa.update(PublishRecord).where(PublishRecord.id == record).values(due_at=clock.now() - timedelta(seconds=5))
        )
    )


def said(record):
    return [
        reason.text
        for reason in transaction(lambda: blockers(record_queries.blocker_facts(record_queries.record_page(record))))
    ]


def move(verb, key, *more):
    return transaction(lambda: verb(db.session.get(Campaign, key), *more))


def edited(key, **values):
    def change_it():
        row = db.session.get(Campaign, key)
        now = {name: getattr(row, name) for name in actions.change.FIELDS}
        return actions.edit(row, {**now, **values}, row.lock_version).status

    return transaction(change_it)


STANDS = [
    ({"status": "draft"}, "is a draft, and a draft sends nothing"),
    ({"status": "stopped"}, "was stopped"),
    ({"status": "completed"}, "is completed"),
    ({"end_time": clock.now() - 2 * DAY}, "ended on"),
    ({"deleted_at": clock.now()}, "was removed"),
]
OUTSIDE = [
    ({"start_time": clock.now() + DAY}, "starts on"),
    ({"end_time": clock.now() + timedelta(minutes=30)}, "ends on"),
]


@pytest.mark.parametrize(("facts", "words"), STANDS)
def test_a_campaign_that_does_not_run_refuses_to_be_scheduled_for(app, facts, words):
    """(J30) Draft, stopped, completed, ended, removed: now and later alike."""
    made = post(campaign(**facts))
    for at in (None, clock.now() + HOUR):
        with pytest.raises(Conflict, match=words):
            schedule(made, at)


@pytest.mark.parametrize(("facts", "words"), OUTSIDE)
def test_a_moment_outside_the_campaigns_time_is_refused_beside_the_moment(app, facts, words):
    """(J30) The start counts, the end does not."""
    made = post(campaign(**facts))
    with pytest.raises(Invalid, match=words) as refused:
        schedule(made, clock.now() + HOUR)
    assert list(refused.value.errors) == ["at"]


def test_the_start_is_the_first_moment_and_the_end_the_first_that_is_too_late(app):
    start, end = clock.now() + DAY, clock.now() + 2 * DAY
    key = campaign(start_time=start, end_time=end)
    schedule(post(key), start)
    schedule(post(key), end - timedelta(minutes=1))
    for at in (start - timedelta(minutes=1), end):
        with pytest.raises(Invalid):
            schedule(post(key), at)


def test_the_zone_of_the_person_is_the_zone_of_the_words(app):
    made = post(campaign(end_time=clock.now() - DAY))
    with pytest.raises(Conflict, match=r"\(Asia/Tokyo\)"):
        schedule(made, clock.now() + HOUR, timezone="Asia/Tokyo")
    with pytest.raises(Conflict, match=r"\(UTC\)"):
        schedule(made, timezone="Mars/Phobos")


def test_a_platform_the_campaign_does_not_use_needs_an_operators_word_which_is_kept(app):
    """(J30) Recorded in the job and in the history; it counts for dispatch, moving and replay too."""
    key = campaign(target_platforms=["webhook"])
    made = post(key)
    with pytest.raises(Invalid, match="does not use Our site"):
        schedule(made)
    record = schedule(made, off_target=True)
    assert desk.job(record).meta == {"off_target": ["site"]}
    kept = transaction(
        lambda: db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "publishing.schedule")).all()
    )
    assert kept[-1].changes["not_of_the_campaign"] == [None, ["site"]]
    desk.person(publishing_actions.reschedule, record, clock.now() + HOUR)
    due(record)
    desk.work()
    assert desk.record(record).status == "success"


def test_an_override_where_none_is_needed_leaves_no_trace(app):
    record = schedule(post(campaign(target_platforms=["site"])), off_target=True)
    assert desk.job(record).meta == {}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"status": "draft"}, "The campaign is a draft"),
        ({"status": "paused"}, "The campaign is paused"),
        ({"status": "stopped"}, "The campaign was stopped"),
        ({"status": "completed"}, "The campaign is completed"),
        ({"end_time": clock.now() - 2 * DAY}, "The campaign has ended"),
        ({"start_time": clock.now() + DAY}, "The campaign has not started yet"),
        ({"deleted_at": clock.now()}, "The campaign was removed"),
        ({"target_platforms": ["webhook"]}, "no longer uses this platform"),
    ],
)
def test_what_changed_after_scheduling_holds_at_dispatch_and_says_why(app, facts, words):
    """(J30) Even when only the campaign's row changed, with no hold and no tick between."""
    key = campaign()
    record = schedule(post(key))
    shift(key, **facts)
    desk.work()
    assert desk.record(record).status == "pending" and desk.attempts(record) == []
    assert desk.record(record).claims == 0, "not claimed and put back, again and again, until it is stopped as a loop"
    assert any(words in text for text in said(record))


def test_an_end_between_claim_and_commit_sends_nothing(app, monkeypatch):
    """(J30) The commit point asks the campaign too."""
    key = campaign()
    record = schedule(post(key))
    from app.delivery import deliver

    real, once = deliver.prepare_all, []

    def ends_meanwhile(claims, me):
        tasks = real(claims, me)
        once.extend(claims)
        db.session.execute(sa.update(Campaign).values(end_time=sa.func.app_now()))
        return tasks

    monkeypatch.setattr(deliver, "prepare_all", ends_meanwhile)
    desk.work()
    assert once and desk.record(record).status == "pending" and desk.attempts(record) == []


@pytest.mark.parametrize("facts", [{"status": "stopped"}, {"status": "draft"}, {"end_time": clock.now() - DAY}])
def test_moving_and_replaying_ask_the_campaign_too(app, facts):
    """(J30) The calendar, the record's page, one replay and the replay of many."""
    key = campaign()
    waits, failed = schedule(post(key), clock.now() + HOUR), schedule(post(key), clock.now() + HOUR)
    transaction(
        lambda: db.session.execute(
            sa.update(PublishRecord)
            .where(PublishRecord.id == failed)
            .values(status="failed", error_type="platform_error", dead_letter_at=clock.now())
        )
    )
    shift(key, **facts)
    with pytest.raises(Conflict):
        desk.person(publishing_actions.reschedule, waits, clock.now() + 2 * HOUR)
    with pytest.raises(Conflict):
        desk.person(publishing_actions.replay, failed)
    assert transaction(publishing_actions.replay_by_cause, "platform_error") == (0, 1)


def test_a_replay_outside_the_time_is_refused_in_a_sentence(app):
    key = campaign()
    record = schedule(post(key))
    transaction(
        lambda: db.session.execute(sa.update(PublishRecord).values(status="failed", dead_letter_at=clock.now()))
    )
    shift(key, start_time=clock.now() + DAY)
    with pytest.raises(Conflict, match="starts on"):
        desk.person(publishing_actions.replay, record)


def test_a_draft_may_be_planned_and_approved_and_is_not_scheduled_by_it(app):
    """(J30) The approval stands, nothing goes out, and "approve and schedule" says why not."""
    key = campaign("draft")
    item = transaction(
        lambda: make_item(
            "Planned", "Its text.", accounts=[make_account("site")], at=clock.now() + DAY, campaign_id=key
        )
    )
    transaction(lambda: make_review(db.session.get(ContentItem, item.id), status="approved"))
    fresh = transaction(lambda: db.session.get(ContentItem, item.id))
    assert (fresh.status, fresh.open_records) == ("approved", 0) and fresh.scheduled_for


def test_a_scheduled_post_keeps_its_campaign(app):
    """(J30) Else the post of one campaign would go out under another's rules."""
    first, other = campaign(), campaign("draft")
    made = post(first)
    schedule(made, clock.now() + HOUR)

    def describe(key):
        content.describe(db.session.get(ContentItem, made[0].id), "post", key, [])

    with pytest.raises(Invalid, match="Cancel its publish records first"):
        transaction(describe, other)
    transaction(describe, first)


def test_the_clock_places_the_hold_at_the_end_and_releases_it_at_the_start(app):
    """(J30) The holds are what people see and count; a second tick changes nothing."""
    key = campaign()
    schedule(post(key), clock.now() + HOUR)
    shift(key, end_time=clock.now() - HOUR)
    for _ in range(2):
        follow()
        assert [(h.reason, h.note) for h in desk.holds(key)] == [("campaign_window", "Winter Iwagumi has ended")]
    shift(key, end_time=None, start_time=clock.now() + HOUR)
    follow()
    assert [h.note for h in desk.holds(key)] == ["Winter Iwagumi has not started yet"]
    shift(key, start_time=None)
    follow()
    assert desk.holds(key) == []


def test_a_finished_campaign_without_posts_has_no_hold(app):
    """The list of holds names what holds something."""
    campaign("completed"), campaign("draft"), campaign(end_time=clock.now() - DAY)
    assert transaction(actions.campaigns_to_sync) == []


def test_a_person_cannot_release_a_hold_that_goes_with_its_campaign(as_user):
    """(J30) Else a paused campaign sends from the page of holds."""
    key = campaign()
    record = schedule(post(key))
    move(actions.pause, key)
    (hold,) = desk.holds(key)
    answer = as_user("operator").post(f"/holds/{hold.id}/release")
    assert answer.status_code == 409 and "is not running, and this hold goes with it" in answer.text
    desk.work()
    assert desk.record(record).status == "pending"


def test_moving_the_end_of_an_ended_campaign_asks_what_to_do_with_its_late_posts(app):
    """(J30) A campaign that comes back to life sends nothing late by itself."""
    key = campaign()
    record = schedule(post(key))
    edited(key, end_time=clock.now() - timedelta(seconds=1))
    assert [h.reason for h in desk.holds(key)] == ["campaign_window"]
    due(record)
    assert edited(key, end_time=clock.now() + DAY) == "paused"
    desk.work()
    assert desk.record(record).status == "pending"
    with pytest.raises(Conflict, match="1 post became late"):
        move(actions.resume, key)
    move(actions.resume, key, LateChoice("send_now"))
    desk.work()
    assert desk.record(record).status == "success"


def test_an_ended_campaign_cannot_be_started_or_resumed(app):
    for status, verb in (("draft", actions.start), ("paused", actions.resume)):
        with pytest.raises(Conflict, match="Move its end"):
            move(verb, campaign(status, end_time=clock.now() - HOUR))


def test_late_posts_cannot_be_moved_behind_the_end(app):
    key = campaign(end_time=clock.now() + DAY)
    record = schedule(post(key), clock.now() + HOUR)
    move(actions.pause, key)
    due(record)
    with pytest.raises(Invalid, match="ends on"):
        move(actions.resume, key, LateChoice("reschedule", clock.now() + 2 * DAY))
    assert transaction(lambda: db.session.get(Campaign, key).status) == "paused"


def test_send_now_answers_the_question_about_lateness_too(app):
    """A post that was held "late" before the answer is not asked about a second time."""
    key = campaign()
    record = schedule(post(key), clock.now() + HOUR)
    move(actions.pause, key)
    due(record)
    transaction(lambda: publishing.hold("record", record, "late"))
    move(actions.resume, key, LateChoice("send_now"))
    desk.work()
    assert desk.record(record).status == "success"


def test_a_platform_is_not_taken_away_under_posts_that_wait(app):
    key = campaign(target_platforms=["site", "webhook"])
    schedule(post(key), clock.now() + HOUR)
    with pytest.raises(Invalid, match="1 for Our site"):
        edited(key, target_platforms=["webhook"])
    edited(key, target_platforms=["site"])


def test_the_page_says_why_and_how_many_wait(as_user):
    viewer, key = as_user("viewer"), campaign()
    schedule(post(key), clock.now() + HOUR)
    for facts, words in (
        ({"end_time": clock.now() - 2 * DAY}, ("It ended ", "1 post waits")),
        ({"end_time": None, "start_time": clock.now() + DAY}, ("has not started yet", "1 post waits")),
        ({"start_time": None, "status": "draft"}, ("A draft sends nothing", "1 post waits")),
        ({"status": "completed"}, ("This campaign is completed", "1 post waits")),
    ):
        shift(key, **facts)
        page = viewer.get(f"/campaigns/{key}").text
        assert all(text in page for text in words), words


def test_the_publish_page_warns_and_lets_an_operator_override_the_platforms(as_user):
    """(J30) The same form a person uses, without JavaScript."""
    operator, key = as_user("operator"), campaign(target_platforms=["webhook"])
    item, _, account = post(key)
    page = operator.get(f"/content/{item.id}/publish").text
    assert "not a platform of the campaign" in page and "Also publish where the campaign does not" in page
    form = {"accounts": [str(account)], "timing": "now", "priority": "0", "timezone": "UTC"}
    refused = operator.post(f"/content/{item.id}/publish", data=form)
    assert refused.status_code == 422 and "does not use Our site" in refused.text
    card = next(one for one in refused.text.split('<section class="card') if "does not use Our site. Untick it" in one)
    assert 'name="off_target"' in card, "what mends an error stands beside it (S15)"
    assert operator.post(f"/content/{item.id}/publish", data={**form, "off_target": "y"}).status_code == 303
    shift(key, status="draft")
    assert "The campaign is a draft" in operator.get(f"/content/{post(key)[0].id}/publish").text


FORM = {"name": "Spring", "goal": "One tank.", "budget_currency": "ETB"}


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("start_time", "2027-03-28T02:30", "02:30 does not exist on 28 March 2027 in Europe/Berlin"),
        ("end_time", "0001-01-01T00:00", "out of range"),
    ],
)
def test_an_hour_that_clocks_skip_is_refused_in_a_sentence(as_user, field, typed, words):
    """(B6) As everywhere else where a time is typed."""
    answer = as_user("editor").post("/campaigns", data={**FORM, field: typed, "zone": "Europe/Berlin"})
    assert answer.status_code == 422 and words in answer.text


def test_the_times_are_those_of_the_zone_the_page_showed_and_stay_when_nothing_was_typed(as_user):
    """(J27's kind) An edit of the name moves no time, also in an hour that comes twice."""
    editor, twice = as_user("editor"), clock.datetime(2027, 10, 31, 1, 30, 20, tzinfo=clock.UTC)
    key = campaign(end_time=twice)
    form = {**FORM, "end_time": "2027-10-31T02:30", "zone": "Europe/Berlin", "lock_version": "1"}
    assert editor.post(f"/campaigns/{key}", data=form).status_code == 303
    assert transaction(lambda: db.session.get(Campaign, key).end_time) == twice
    evil = {**FORM, "zone": "x" * 2000 + "../../etc", "start_time": "2027-01-01T00:00", "end_time": "2026-01-01T00:00"}
    assert "x" * 100 not in editor.post("/campaigns", data=evil).text.replace('value="' + "x" * 2000, "")


def test_approving_and_scheduling_for_a_draft_is_refused_with_the_reason_and_decides_nothing(as_user):
    """(J30) The reviewer is told, not surprised; approving alone goes through."""
    key = campaign("draft")
    item = transaction(
        lambda: make_item("Planned", "Text.", accounts=[make_account("site")], at=clock.now() + DAY, campaign_id=key)
    )
    request = transaction(lambda: make_review(db.session.get(ContentItem, item.id), status="in_review"))
    user = transaction(make_user, "operator")

    def approve(with_plan):
        planned = db.session.get(ContentItem, item.id)
        return act_as(
            user, decide, request.id, "approve", artifact_id=str(request.artifact_id), content_hash=request.content_hash,
            schedule=with_plan, plan_hash=contents.plan_hash(planned), shown_hash=contents.posts_hash(planned, version_of(planned)),
        )  # fmt: skip

    with pytest.raises(Conflict, match="is a draft"):
        transaction(approve, True)
    assert transaction(approve, False).settled == "approved"


def test_sending_an_unknown_one_again_asks_the_campaign(app):
    """(J30) A person's answer is another way to send: a campaign that sends nothing says so, and the question stays open."""
    key = campaign()
    record = schedule(post(key))
    transaction(
        lambda: db.session.execute(sa.update(PublishRecord).values(status="unknown", unknown_since=clock.now() - DAY))
    )
    shift(key, status="stopped")
    with pytest.raises(Conflict, match="was stopped"):
        desk.person(publishing_actions.settle_by_person, record, "send_again", confirmed=True)
    assert desk.record(record).status == "unknown" and desk.attempts(record) == []


def test_many_replays_leave_out_what_its_campaign_refuses_with_the_reason(app):
    key = campaign()
    record = schedule(post(key))
    transaction(
        lambda: db.session.execute(sa.update(PublishRecord).values(status="failed", dead_letter_at=clock.now()))
    )
    shift(key, start_time=clock.now() + DAY)
    assert "starts on" in transaction(bulk.apply, [str(record)], "replay")


def test_a_campaign_that_stops_while_a_post_is_being_scheduled_sends_nothing(app):
    """(J30) Two people at once: whoever commits last, the row decides at dispatch, and the clock places the hold."""
    key = campaign()
    made, item = [], post(key)

    def schedules():
        with app.app_context():
            made.append(schedule(item))

    def stops():
        actions.stop(db.session.get(Campaign, key))
        other = threading.Thread(target=contextvars.Context().run, args=(schedules,))
        other.start()
        other.join(30)

    transaction(stops)
    desk.work()
    assert desk.record(made[0]).status == "pending" and [h.reason for h in desk.holds(key)] == ["campaign_paused"]
