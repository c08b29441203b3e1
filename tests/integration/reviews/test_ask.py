"""Asking for a review, taking the question back, and what ends a request without a decision."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.content.models import Artifact, ContentItem
from app.core import settings
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.lib.errors import Conflict, Forbidden, Invalid
from app.reviews import actions, jobs
from app.reviews.models import ApprovalRequest, ReviewDecision
from tests.factories import make_account
from tests.integration.reviews import desk

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def author(app):
    return desk.person("editor", "Tomás Ferreira")


def requests_of(item_id):
    def read():
        rows = db.session.scalars(
            sa.select(ApprovalRequest).where(ApprovalRequest.related_entity_id == item_id).order_by(ApprovalRequest.id)
        )
        return [(r.status, r.round) for r in rows]

    return transaction(read)


def test_asking_moves_the_item_and_binds_the_version(author):
    key = desk.item(author)
    due = clock.now() + timedelta(hours=3)
    request = desk.asked(key, author, note="Please look at the claim.", due_at=due)
    item = desk.fresh(ContentItem, key)
    assert (item.status, request.artifact_id) == ("review", item.current_version_id)
    assert request.content_hash == desk.fresh(Artifact, request.artifact_id).content_hash
    assert (request.status, request.due_at, request.author_id, request.requested_by) == (
        "pending",
        due,
        author.id,
        author.id,
    )
    assert timedelta(days=6, hours=23) < request.expires_at - clock.now() <= timedelta(days=7)


def test_without_a_due_time_the_plan_is_the_due_time(author):
    at = clock.now() + timedelta(days=2)
    assert desk.asked(desk.item(author, scheduled_for=at), author).due_at == at
    assert desk.asked(desk.item(author, body="b", scheduled_for=clock.now() - timedelta(days=2)), author).due_at is None


def withdraw(request: ApprovalRequest, who: desk.Person) -> ApprovalRequest:
    with desk.being(who):
        return transaction(actions.withdraw, request.id)


def test_asking_twice_makes_one_request(author):
    key = desk.item(author)
    assert desk.asked(key, author).id == desk.asked(key, author).id


def test_a_version_that_is_not_the_newest_cannot_be_asked_for(author):
    key = desk.item(author)
    old = desk.fresh(Artifact, desk.fresh(ContentItem, key).current_version_id)
    desk.new_version(key, author, "Another text.")
    with desk.being(author), pytest.raises(Conflict, match="newer version"):
        transaction(lambda: actions.ask(db.session.get_one(ContentItem, key), old))


def test_a_text_that_does_not_fit_its_planned_account_is_refused_with_the_accounts_name(author):
    account = transaction(make_account, "sandbox", "tiny")
    key = desk.item(author, body="x" * 70_000, planned_accounts=[str(account.id)], planned_platforms=["sandbox"])
    with pytest.raises(Invalid) as refused:
        desk.asked(key, author)
    assert "sandbox tiny:" in refused.value.errors[""]
    assert desk.fresh(ContentItem, key).status == "draft"


@pytest.mark.parametrize("more", [{"due_at": clock.now() - timedelta(minutes=5)}, {"note": "字" * 2001}])
def test_fields_that_make_no_sense_are_refused(author, more):
    key = desk.item(author)
    with pytest.raises(Invalid):
        desk.asked(key, author, **more)


def test_the_author_withdraws_and_may_ask_again(author):
    key = desk.item(author)
    request = desk.asked(key, author)
    withdraw(request, author)
    withdraw(request, author)
    assert desk.fresh(ContentItem, key).status == "draft"
    assert requests_of(key) == [("cancelled", 1)]
    desk.asked(key, author)
    assert requests_of(key) == [("cancelled", 1), ("pending", 1)]
    assert transaction(lambda: db.session.scalars(sa.select(ReviewDecision.decision)).all()) == ["withdraw"]


def test_a_request_that_a_new_version_has_overtaken_is_withdrawn_without_a_word_about_the_item(author):
    """Before the reaction has closed it: the author presses on a page that is a moment old."""
    key = desk.item(author)
    request = desk.asked(key, author)
    desk.new_version(key, author, "Another text.")
    withdraw(request, author)
    assert desk.fresh(ApprovalRequest, request.id).status == "cancelled"
    assert desk.fresh(ContentItem, key).status == "draft"


def test_others_cannot_withdraw_and_a_decided_one_stays_decided(author):
    request, reviewer = desk.asked(desk.item(author), author), desk.person()
    with pytest.raises(Forbidden):
        withdraw(request, reviewer)
    desk.decide(request, reviewer)
    with pytest.raises(Conflict, match="approved already"):
        withdraw(request, author)


def test_a_new_version_supersedes_the_open_request_by_reaction(author):
    key = desk.item(author)
    desk.asked(key, author)
    desk.new_version(key, author, "Another text.")
    jobs.supersede(str(key))
    jobs.supersede(str(key))
    assert requests_of(key) == [("superseded", 1)]


def test_asking_for_the_newer_version_supersedes_the_older_request_even_before_the_reaction(author):
    key = desk.item(author)
    desk.asked(key, author)
    desk.new_version(key, author, "Another text.")
    desk.asked(key, author)
    assert requests_of(key) == [("superseded", 1), ("pending", 1)]


def test_what_nobody_decides_expires_and_the_item_is_a_draft_again(author):
    key, other = desk.item(author), desk.item(author, "Another", "Another text")
    old, young = desk.asked(key, author), desk.asked(other, author)

    def age():
        db.session.get_one(ApprovalRequest, old.id).expires_at = clock.now() - timedelta(seconds=1)

    transaction(age)
    jobs.expire()
    jobs.expire()
    assert desk.fresh(ApprovalRequest, old.id).status == "expired"
    assert desk.fresh(ContentItem, key).status == "draft"
    assert desk.fresh(ApprovalRequest, young.id).status == "pending"
    with pytest.raises(Conflict, match="expired"):
        desk.decide(old, desk.person())


def test_a_request_that_was_given_more_time_after_it_was_found_overdue_stays_open(author):
    key = desk.item(author)
    request = desk.asked(key, author)

    def until(moment):
        db.session.get_one(ApprovalRequest, request.id).expires_at = moment

    transaction(until, clock.now() - timedelta(seconds=1))
    assert transaction(actions.expire_due) == [request.id]
    transaction(until, clock.now() + timedelta(days=1))
    assert not transaction(actions.expire, request.id)
    assert desk.fresh(ApprovalRequest, request.id).status == "pending"
    assert desk.fresh(ContentItem, key).status == "review"


def test_an_expired_request_cannot_be_decided_before_the_clock_has_closed_it(author):
    request = desk.asked(desk.item(author), author)

    def age():
        db.session.get_one(ApprovalRequest, request.id).expires_at = clock.now() - timedelta(seconds=1)

    transaction(age)
    with pytest.raises(Conflict, match="expired"):
        desk.decide(request, desk.person())


def test_the_setting_says_how_long_a_request_waits(author):
    transaction(settings.put, "reviews.expires_after_days", 2)
    request = desk.asked(desk.item(author), author)
    assert request.expires_at - request.requested_at == timedelta(days=2)
