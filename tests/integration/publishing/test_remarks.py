"""What a platform stored otherwise than it was sent is kept on the record and said on its pages (D15)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.core.db import uuid7
from app.core.work import step
from app.outbound.exchange import Sending
from app.platforms.base import Verdict
from app.platforms.connector import Connector
from app.publishing.actions.begin import begin
from app.publishing.actions.claim import claim
from app.publishing.actions.commit import commit_point
from app.publishing.actions.settle import settle
from app.publishing.views.record import page_of
from tests import publishing_desk as desk

SAID = ("Stored as public instead of followers only", "Stored without its language")


@pytest.fixture
def dropping(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that stores and answers, and drops something."""
    publish = Connector.publish

    def drops(self: Connector, *args: Any) -> Any:
        return replace(publish(self, *args), remarks=SAID)

    monkeypatch.setattr(Connector, "publish", drops)


def test_a_difference_is_kept_beside_what_the_record_holds_already(app, dropping):
    (key,) = desk.scheduled(desk.account("sandbox"))
    desk.by_hand('UPDATE publish_records SET metadata = \'{"kept": 1, "blame": "right"}\' WHERE id = :id', id=key)
    desk.work()
    row = desk.record(key)
    assert (row.status, row.meta) == ("success", {"kept": 1, "remarks": list(SAID)})


def test_a_difference_is_said_on_the_records_page_and_in_its_story(app, dropping):
    (key,) = desk.scheduled(desk.account("sandbox"))
    desk.work()
    seen = step(lambda: page_of(key))
    assert (seen["notice"].tone, SAID[0] in seen["notice"].text) == ("bad", True)
    assert "Take it down" in seen["notice"].text
    assert set(SAID) <= {event.title for event in seen["story"]}


def test_a_record_without_a_difference_says_nothing(app):
    (key,) = desk.scheduled(desk.account("sandbox"))
    desk.work()
    assert desk.record(key).meta == {} and step(lambda: page_of(key))["notice"] is None


def test_what_an_earlier_answer_left_goes_with_the_next_one(app):
    """(D15, D13) A post that was sent again is not described by its first try."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    desk.by_hand('UPDATE publish_records SET metadata = \'{"kept": 1, "remarks": ["Old"], "blame": "right"}\'')
    desk.work()
    assert (desk.record(key).status, desk.record(key).meta) == ("success", {"kept": 1})


def test_what_a_refusal_is_to_be_blamed_on_is_kept(app):
    """(D13) The record's page says what to do by it."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    (claimed,) = step(claim, "w1", 8)
    task, attempt = step(begin, claimed, "w1"), uuid7()
    step(commit_point, task, attempt, Sending("POST", "https://x.example", "f", {}, ""))
    step(settle, task, attempt, Verdict("no", error_type="content_rejected", final=True, blame="suspended"))
    assert (desk.record(key).status, desk.record(key).meta) == ("failed", {"blame": "suspended"})
