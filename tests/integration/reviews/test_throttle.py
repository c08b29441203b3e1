"""Ten decisions a minute for each reviewer, whatever the number of tabs."""

from __future__ import annotations

import importlib
from datetime import timedelta

import pytest

from app.core import settings
from app.core.db import db
from app.core.transactions import transaction
from app.lib.errors import TooMany
from app.reviews import actions
from app.reviews.models import ApprovalRequest
from tests.integration.reviews import desk

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def many(app):
    author = desk.person("editor")
    return [desk.asked(desk.item(author, f"Item {n}", f"Text {n}"), author) for n in range(4)]


@pytest.fixture
def reviewer(app):
    transaction(settings.put, "reviews.decisions_per_minute", 3)
    return desk.person("reviewer")


def test_one_more_than_allowed_waits_and_says_how_long(many, reviewer):
    for request in many[:3]:
        desk.decide(request, reviewer)
    with pytest.raises(TooMany, match=r"again in \d+ s; this one was not counted") as refused:
        desk.decide(many[3], reviewer)
    assert 50 <= refused.value.retry_after <= 60
    assert desk.fresh(ApprovalRequest, many[3].id).status == "pending"


def test_each_reviewer_has_their_own_ten(many, reviewer):
    for request in many[:3]:
        desk.decide(request, reviewer)
    assert desk.decide(many[3], desk.person("reviewer", "Li Wen")).settled == "approved"


def test_a_repeated_decision_does_not_count(many, reviewer):
    for request in many[:2]:
        desk.decide(request, reviewer)
    desk.decide(many[1], reviewer)
    assert desk.decide(many[2], reviewer).settled == "approved"


def test_undo_neither_counts_nor_frees(many, reviewer):
    for request in many[:3]:
        desk.decide(request, reviewer)
    with desk.being(reviewer):
        transaction(actions.undo, many[2].id)
    with pytest.raises(TooMany):
        desk.decide(many[2], reviewer)


def test_after_a_minute_there_is_room_again(many, reviewer, monkeypatch):
    for request in many[:3]:
        desk.decide(request, reviewer)
    module = importlib.import_module("app.reviews.actions.decide")
    real = module.database_now
    monkeypatch.setattr(module, "database_now", lambda: real() + timedelta(seconds=61))
    assert desk.decide(many[3], reviewer).settled == "approved"
    assert transaction(lambda: db.session.get(ApprovalRequest, many[3].id)).status == "approved"
