"""What a platform stored otherwise than it was sent is kept on the record and said on its pages (D15)."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import Any

import pytest

from app.core.ids import uuid7
from app.core.transactions import transaction
from app.delivery.actions.claim import claim
from app.delivery.actions.commit import commit_one
from app.delivery.actions.prepare import prepare
from app.delivery.actions.settle import settle
from app.outbound.exchange import Sending
from app.platforms.base import Found, Verdict
from app.platforms.connector import Connector
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
    seen = transaction(lambda: page_of(key))
    assert (seen["banner"].tone, SAID[0] in seen["banner"].text) == ("bad", True)
    assert "Take it down" in seen["banner"].text
    assert set(SAID) <= {event.title for event in seen["timeline"]}


def test_a_record_without_a_difference_says_nothing(app):
    (key,) = desk.scheduled(desk.account("sandbox"))
    desk.work()
    assert desk.record(key).meta == {} and transaction(lambda: page_of(key))["banner"] is None


YES = Verdict("yes", post_id="7", url="https://x.example/7", remarks=SAID)
PLAIN = replace(YES, remarks=())


def taken(me: str = "w1") -> Any:
    (claimed,) = transaction(claim, me, 8)
    return transaction(prepare, claimed, me)


def committed(delivery: Any) -> uuid.UUID:
    attempt = uuid7()
    transaction(commit_one, delivery, attempt, Sending("POST", "https://x.example", "f", {}, ""))
    return attempt


@pytest.fixture
def away(app) -> Any:
    """A record whose worker was given up while the call was under way: (record, its delivery, its attempt)."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    delivery = taken()
    attempt = committed(delivery)
    desk.by_hand(
        "UPDATE publish_records SET status = 'unknown', step = NULL, lease_owner = NULL, lease_expires_at = NULL,"
        " claim_token = NULL, was_unknown = true, unknown_since = now(), metadata = '{\"kept\": 1}' WHERE id = :id",
        id=key,
    )
    return key, delivery, attempt


def told(key: uuid.UUID) -> Any:
    row = desk.record(key)
    return row.status, row.meta.get("kept"), row.meta.get("remarks")


def test_an_answer_that_settles_a_record_late_by_its_evidence_keeps_its_differences(away):
    """(D15)"""
    key, delivery, attempt = away
    assert not transaction(settle, delivery, attempt, YES)
    assert told(key) == ("unknown", 1, list(SAID))
    desk.work()
    assert told(key) == ("success", 1, list(SAID))
    assert SAID[0] in transaction(lambda: page_of(key))["banner"].text


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_an_answer_that_comes_after_a_person_gave_up_keeps_its_differences(away, status):
    """(D15)"""
    key, delivery, attempt = away
    desk.by_hand(f"UPDATE publish_records SET status = '{status}', metadata = '{{\"blame\": \"right\"}}' WHERE id = :id", id=key)  # fmt: skip
    transaction(settle, delivery, attempt, YES)
    assert told(key) == ("success", None, list(SAID)) and "blame" not in desk.record(key).meta


@pytest.mark.parametrize(("post_id", "said"), [("7", list(SAID)), ("8", None)])
def test_an_answer_that_a_look_was_faster_than_is_about_the_record_only_with_its_post(away, post_id, said):
    """(D15)"""
    key, delivery, attempt = away
    found = (
        "UPDATE publish_records SET status = 'success', platform_post_id = :post, published_at = now() WHERE id = :id"
    )
    desk.by_hand(found, id=key, post=post_id)
    transaction(settle, delivery, attempt, YES)
    assert told(key) == ("success", 1, said)


def test_a_refusal_that_comes_late_keeps_what_is_to_be_blamed(away):
    """(D13) the same kind: it was lost with the fence."""
    key, delivery, attempt = away
    no = Verdict("no", error_type="invalid_parameters", final=True, blame="address", matched_by="status:404")
    transaction(settle, delivery, attempt, no)
    assert desk.record(key).meta == {"kept": 1, "blame": "address"}


@pytest.mark.parametrize(
    ("new", "said"), [((), list(SAID)), (("Stored without its language",), ["Stored without its language"])]
)
@pytest.mark.parametrize("state", ["status = 'unknown', next_retry_at = now()", "status = 'pending'"])
def test_a_look_that_finds_the_post_says_what_it_saw_and_takes_nothing_away(away, monkeypatch, state, new, said):
    """(D15) the look after an unclear answer as well as the look before a replay."""
    key, _, _ = away
    monkeypatch.setattr(Connector, "find", lambda self, *args: Found("7", remarks=new))
    before = json.dumps({"kept": 1, "look_first": True, "remarks": SAID})
    desk.by_hand(
        f"UPDATE publish_records SET {state}, metadata = cast(:before AS jsonb) WHERE id = :id", id=key, before=before
    )
    desk.work()
    assert told(key) == ("success", 1, said)


def test_a_new_post_of_a_record_is_not_told_by_the_differences_of_an_earlier_one(away):
    """(D15)"""
    key, _, _ = away
    desk.by_hand(
        "UPDATE publish_records SET status = 'pending', metadata = cast(:before AS jsonb) WHERE id = :id",
        id=key, before=json.dumps({"remarks": SAID}),
    )  # fmt: skip
    desk.work()
    assert told(key) == ("success", None, None)


def test_a_post_that_is_confirmed_later_keeps_the_differences_that_its_acceptance_told(away, monkeypatch):
    """(D15)"""
    key, _, _ = away
    before = json.dumps({"remarks": SAID})
    desk.by_hand(
        "UPDATE publish_records SET status = 'confirming', next_retry_at = now(), metadata = cast(:before AS jsonb)"
        " WHERE id = :id", id=key, before=before,
    )  # fmt: skip
    monkeypatch.setattr(Connector, "confirm", lambda self, *args: Verdict("yes", post_id="7"))
    desk.work()
    assert told(key) == ("success", None, list(SAID))


def test_what_an_earlier_answer_left_goes_with_the_next_one(app):
    """(D15, D13) A post that was sent again is not described by its first try."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    desk.by_hand('UPDATE publish_records SET metadata = \'{"kept": 1, "remarks": ["Old"], "blame": "right"}\'')
    desk.work()
    assert (desk.record(key).status, desk.record(key).meta) == ("success", {"kept": 1})


def test_what_a_refusal_is_to_be_blamed_on_is_kept(app):
    """(D13) The record's page says what to do by it."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    (claimed,) = transaction(claim, "w1", 8)
    delivery, attempt = transaction(prepare, claimed, "w1"), uuid7()
    transaction(commit_one, delivery, attempt, Sending("POST", "https://x.example", "f", {}, ""))
    transaction(settle, delivery, attempt, Verdict("no", error_type="content_rejected", final=True, blame="suspended"))
    assert (desk.record(key).status, desk.record(key).meta) == ("failed", {"blame": "suspended"})
