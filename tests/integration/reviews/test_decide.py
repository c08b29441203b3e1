"""One decision, on exactly the version that was shown."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.content.models import ContentItem
from app.core import settings
from app.core.db import db
from app.core.transactions import transaction
from app.lib.errors import Conflict, Forbidden, Invalid, NotFound
from app.reviews.models import ApprovalRequest, ReviewDecision
from tests.integration.reviews import desk

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def people(app):
    return desk.person("editor", "Tomás Ferreira"), desk.person("reviewer", "Mara Voss")


@pytest.fixture
def request_(people):
    author, _ = people
    return desk.asked(desk.item(author), author)


def test_approval_names_the_version_and_its_hash(people, request_):
    desk.decide(request_, people[1])
    item = desk.fresh(ContentItem, request_.related_entity_id)
    assert (item.status, item.approved_version_id, item.approved_hash) == (
        "approved",
        request_.artifact_id,
        request_.content_hash,
    )
    row = desk.fresh(ApprovalRequest, request_.id)
    assert (row.status, row.approved_by, row.settled_by) == ("approved", people[1].id, people[1].id)
    assert row.approved_at is not None


@pytest.mark.parametrize(
    ("decision", "status", "item_status"),
    [("reject", "rejected", "rejected"), ("request_changes", "changes_requested", "needs_revision")],
)
def test_a_no_carries_its_sentence_to_the_item(people, request_, decision, status, item_status):
    desk.decide(request_, people[1], decision, note="  The claim cannot be proved.  ")
    row, item = desk.fresh(ApprovalRequest, request_.id), desk.fresh(ContentItem, request_.related_entity_id)
    assert (row.status, row.rejection_reason, item.status) == (status, "The claim cannot be proved.", item_status)
    assert item.review_reason == "The claim cannot be proved."
    assert item.approved_version_id is None


@pytest.mark.parametrize("decision", ["reject", "request_changes"])
@pytest.mark.parametrize("note", ["", "   ", "x"])
def test_a_no_without_a_sentence_is_refused(people, request_, decision, note):
    with pytest.raises(Invalid) as refused:
        desk.decide(request_, people[1], decision, note=note)
    assert "sentence" in refused.value.errors["note"]
    assert desk.fresh(ApprovalRequest, request_.id).status == "pending"


def test_a_sentence_that_is_too_long_is_refused(people, request_):
    with pytest.raises(Invalid):
        desk.decide(request_, people[1], "reject", note="字" * 2001)


def test_a_newer_version_answers_conflict_and_names_who_saved_it(people, request_):
    author, reviewer = people
    desk.new_version(request_.related_entity_id, author, "Five stones, two stories.")
    with pytest.raises(Conflict, match="Tomás Ferreira saved version 2"):
        desk.decide(request_, reviewer)
    assert desk.fresh(ContentItem, request_.related_entity_id).status == "draft"


@pytest.mark.parametrize(
    "wrong", [{"artifact_id": "0" * 32}, {"content_hash": "0" * 64}, {"content_hash": ""}, {"artifact_id": "garbage"}]
)
def test_a_page_that_showed_something_else_decides_nothing(people, request_, wrong):
    with pytest.raises(Conflict, match="another version"):
        desk.decide(request_, people[1], **wrong)
    assert desk.fresh(ApprovalRequest, request_.id).status == "pending"


def test_the_second_reviewer_learns_who_was_first(people, request_):
    desk.decide(request_, people[1])
    with pytest.raises(Conflict, match="Mara Voss approved this version first, a moment ago"):
        desk.decide(request_, desk.person("reviewer", "Li Wen"), "reject", note="Not now, please.")


def test_the_same_decision_twice_is_one(people, request_):
    desk.decide(request_, people[1])
    again = desk.decide(request_, people[1])
    assert again.repeated and again.settled == "approved"
    assert transaction(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(ReviewDecision))) == 1


def test_nobody_approves_their_own_work(app):
    author = desk.person("admin", "Hana Tesfaye")
    request = desk.asked(desk.item(author), author)
    with pytest.raises(Forbidden, match="somebody else"):
        desk.decide(request, author)


def test_who_submitted_the_work_of_another_does_not_approve_it_either(people):
    author, _ = people
    submitter = desk.person("reviewer", "Li Wen")
    request = desk.asked(desk.item(author), submitter)
    with pytest.raises(Forbidden):
        desk.decide(request, submitter)


def test_self_approval_can_be_switched_on(app):
    author = desk.person("reviewer")
    request = desk.asked(desk.item(author), author)
    transaction(settings.put, "reviews.self_approval", True)
    assert desk.decide(request, author).settled == "approved"


def test_an_editor_decides_nothing(people, request_):
    with pytest.raises(Forbidden, match="reviewer role"):
        desk.decide(request_, desk.person("editor"))


def test_unknown_requests_and_decisions_are_not_found(people, request_):
    with pytest.raises(NotFound):
        desk.decide(request_, people[1], "publish")
    with pytest.raises(NotFound):
        desk.decide(ApprovalRequest(id=people[0].id, artifact_id=request_.artifact_id), people[1])


def test_a_quorum_of_two_waits_for_the_second(people):
    author, first = people
    transaction(settings.put, "reviews.quorum", 2)
    request, second = desk.asked(desk.item(author), author), desk.person("reviewer", "Li Wen")
    assert desk.decide(request, first).settled is None
    assert desk.decide(request, first).repeated
    assert desk.fresh(ContentItem, request.related_entity_id).status == "review"
    assert desk.decide(request, second).settled == "approved"


def test_decisions_are_never_changed(people, request_):
    desk.decide(request_, people[1])
    for statement in (
        "UPDATE review_decisions SET decision = 'reject'",
        "DELETE FROM review_decisions",
        "TRUNCATE review_decisions",
    ):
        with pytest.raises(sa.exc.DBAPIError, match=r"never changed|refused|permission denied"):
            transaction(lambda s=statement: db.session.execute(sa.text(s)))
