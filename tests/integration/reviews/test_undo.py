"""Taking a decision back within ten minutes, while nothing of it has been sent."""

from __future__ import annotations

import importlib
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.content.models import ContentItem
from app.core import settings
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.lib.errors import Conflict, Forbidden
from app.publishing.models import PublishJob, PublishRecord
from app.reviews import actions
from app.reviews.models import ApprovalRequest, ReviewDecision
from tests.factories import make_account
from tests.integration.reviews import desk

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def author(app):
    return desk.person("editor", "Tomás Ferreira")


@pytest.fixture
def operator(app):
    return desk.person("operator", "Mara Voss")


def planned(author, **columns):
    account = transaction(make_account, "site", "Our site")
    values = {
        "planned_accounts": [str(account.id)],
        "planned_platforms": ["site"],
        "scheduled_for": clock.now() + timedelta(hours=4),
        "timezone": "Africa/Addis_Ababa",
    }
    return desk.asked(desk.item(author, **{**values, **columns}), author)


def undo(request, who):
    with desk.being(who):
        return transaction(actions.undo, request.id)


def records():
    return transaction(lambda: db.session.scalars(sa.select(PublishRecord).order_by(PublishRecord.id)).all())


@pytest.mark.parametrize(("decision", "note"), [("approve", ""), ("reject", "No."), ("request_changes", "Change it.")])
def test_each_decision_can_be_taken_back_into_a_new_round(author, operator, decision, note):
    request = desk.asked(desk.item(author), author)
    desk.decide(request, operator, decision, note=note or "x" * 3)
    undo(request, operator)
    row, item = desk.fresh(ApprovalRequest, request.id), desk.fresh(ContentItem, request.related_entity_id)
    assert (row.status, row.round, item.status) == ("in_review", 2, "review")
    assert (row.settled_by, row.approved_by, row.rejection_reason, item.approved_version_id, item.approved_hash) == (
        None,
    ) * 5
    assert desk.decide(request, operator).settled == "approved"
    votes = transaction(
        lambda: db.session.execute(
            sa.select(ReviewDecision.decision, ReviewDecision.round).order_by(ReviewDecision.created_at)
        ).all()
    )
    assert [tuple(v) for v in votes] == [(decision, 1), ("approve", 2)]


def test_approve_and_schedule_makes_the_planned_job(author, operator):
    request = planned(author)
    done = desk.decide(request, operator, schedule=True)
    item, job = desk.fresh(ContentItem, request.related_entity_id), desk.fresh(PublishJob, done.job.id)
    assert (item.status, job.artifact_id, job.approval_id) == ("scheduled", request.artifact_id, request.id)
    assert (job.scheduled_at, job.timezone) == (item.scheduled_for, "Africa/Addis_Ababa")
    assert [r.status for r in records()] == ["pending"]


def test_a_plan_alone_never_becomes_a_job(author, operator):
    assert desk.decide(planned(author), operator).job is None
    assert records() == []


def test_the_setting_makes_the_plan_a_job_on_approval(author):
    transaction(settings.put, "reviews.schedule_on_approval", True)
    assert desk.decide(planned(author), desk.person("reviewer")).job is not None


def test_scheduling_needs_the_operators_right_and_then_nothing_is_decided(author):
    request = planned(author)
    with pytest.raises(Forbidden, match="operator"):
        desk.decide(request, desk.person("reviewer"), schedule=True)
    assert desk.fresh(ApprovalRequest, request.id).status == "pending"


def test_a_plan_whose_time_has_passed_is_refused_in_words(author, operator):
    request = planned(author, scheduled_for=clock.now() - timedelta(minutes=5))
    with pytest.raises(Conflict, match="planned time has passed"):
        desk.decide(request, operator, schedule=True)
    assert desk.fresh(ContentItem, request.related_entity_id).status == "review"


def test_undo_cancels_what_was_not_claimed(author, operator):
    request = planned(author)
    desk.decide(request, operator, schedule=True)
    undo(request, operator)
    assert [r.status for r in records()] == ["cancelled"]
    assert desk.fresh(ContentItem, request.related_entity_id).status == "review"


def test_undo_is_refused_once_a_record_was_claimed(author, operator):
    request = planned(author)
    desk.decide(request, operator, schedule=True)
    transaction(
        lambda: db.session.execute(sa.update(PublishRecord).values(claimed_at=clock.now(), status="publishing"))
    )
    with pytest.raises(Conflict, match="worker has taken"):
        undo(request, operator)
    assert desk.fresh(ApprovalRequest, request.id).status == "approved"
    assert [r.status for r in records()] == ["publishing"]


def test_after_ten_minutes_the_decision_stands(author, operator, monkeypatch):
    request = desk.asked(desk.item(author), author)
    desk.decide(request, operator)
    module = importlib.import_module("app.reviews.actions.undo")
    real = module.database_now
    monkeypatch.setattr(module, "database_now", lambda: real() + timedelta(minutes=10, seconds=1))
    with pytest.raises(Conflict, match="ten minutes"):
        undo(request, operator)


def test_a_newer_version_keeps_the_decision(author, operator):
    request = desk.asked(desk.item(author), author)
    desk.decide(request, operator, "request_changes", note="Say more.")
    desk.new_version(request.related_entity_id, author, "More.")
    with pytest.raises(Conflict, match="newer version"):
        undo(request, operator)


def test_another_persons_decision_is_theirs_but_for_an_admin(author, operator):
    request = desk.asked(desk.item(author), author)
    desk.decide(request, operator)
    with pytest.raises(Forbidden):
        undo(request, desk.person("reviewer", "Li Wen"))
    undo(request, desk.person("admin"))


def test_undoing_twice_says_that_there_is_nothing_to_undo(author, operator):
    request = desk.asked(desk.item(author), author)
    desk.decide(request, operator)
    undo(request, operator)
    with pytest.raises(Conflict, match="no decision of yours"):
        undo(request, operator)


def test_a_vote_can_be_taken_back_while_others_are_asked(author, operator):
    transaction(settings.put, "reviews.quorum", 2)
    request = desk.asked(desk.item(author), author)
    desk.decide(request, operator)
    undo(request, operator)
    assert desk.decide(request, desk.person("reviewer", "Li Wen")).settled is None
    assert desk.decide(request, operator).settled == "approved"
