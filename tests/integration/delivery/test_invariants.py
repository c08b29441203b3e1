"""What must never be true is watched: an alarm on the record, on Home and in the doctor, and nothing goes on (D1)."""

from __future__ import annotations

import pytest

from app.core.ids import uuid7
from app.core.transactions import transaction
from app.delivery.actions.claim import claim
from app.delivery.actions.commit import commit_one
from app.delivery.actions.invariants import MOST_CLAIMS, PAUSE, check_recent
from app.delivery.actions.prepare import prepare
from app.delivery.actions.settle import settle, store_answer
from app.lib import clock
from app.outbound.exchange import Sending
from app.platforms.base import Verdict
from app.publishing import actions
from tests import publishing_desk as desk

SECOND_POST = (
    "INSERT INTO publish_attempts (record_id, number, step, outcome, post_id) VALUES (:id, 2, 'commit', 'yes', 'b')"
)


def sent(key):
    """The record claimed, prepared and at the platform: (delivery, attempt)."""
    (claimed,) = [one for one in transaction(claim, "w1", 8) if one.id == key]
    delivery, attempt = transaction(prepare, claimed, "w1"), uuid7()
    transaction(commit_one, delivery, attempt, Sending("POST", "https://x.example", "f", {}, ""))
    return delivery, attempt


def alarms(key):
    return [row.note for row in desk.holds(key) if row.reason == "invariant"]


def test_two_answers_that_name_two_posts_are_an_alarm(app):
    (key,) = desk.scheduled(desk.account("sandbox"))
    delivery, first = sent(key)
    desk.by_hand(
        "UPDATE publish_records SET status = 'pending', step = NULL, lease_owner = NULL WHERE id = :id", id=key
    )
    task2, second = sent(key)
    transaction(settle, task2, second, Verdict("yes", post_id="b"))
    assert alarms(key) == []
    transaction(settle, delivery, first, Verdict("yes", post_id="a"))
    assert alarms(key) == ["It is out more than once: a, b."]


def test_two_answers_that_name_two_posts_are_an_alarm_also_when_the_later_one_comes_in_time(app):
    """(D1)"""
    (key,) = desk.scheduled(desk.account("sandbox"))
    _, first = sent(key)
    desk.by_hand(
        "UPDATE publish_records SET status = 'pending', step = NULL, lease_owner = NULL WHERE id = :id", id=key
    )
    delivery, second = sent(key)
    transaction(store_answer, first, Verdict("yes", post_id="a"))
    assert transaction(settle, delivery, second, Verdict("yes", post_id="b"))
    assert alarms(key) == ["It is out more than once: a, b."]


def test_the_same_post_named_twice_is_no_alarm(app):
    (key,) = desk.scheduled(desk.account("sandbox"))
    delivery, first = sent(key)
    transaction(settle, delivery, first, Verdict("yes", post_id="a"))
    transaction(settle, delivery, first, Verdict("yes", post_id="a"))
    assert alarms(key) == [] and transaction(check_recent) == 0


def test_two_posts_that_no_step_noticed_are_found_by_the_clock(app):
    (key,) = desk.scheduled(desk.account("sandbox"))
    _, first = sent(key)
    transaction(store_answer, first, Verdict("yes", post_id="a"))
    desk.by_hand(SECOND_POST, id=key)
    assert transaction(check_recent) == 1 and alarms(key) == ["It is out more than once: a, b."]


def test_an_alarm_that_a_person_has_released_does_not_come_again(app):
    (key,) = desk.scheduled(desk.account("sandbox"))
    _, first = sent(key)
    transaction(store_answer, first, Verdict("yes", post_id="a"))
    desk.by_hand(SECOND_POST, id=key)
    assert transaction(check_recent) == 1
    desk.person(lambda record: actions.release("record", record.id, "invariant"), key)
    assert transaction(check_recent) == 0 and alarms(key) == []


def test_a_clock_that_went_back_does_not_add_up_the_claims_of_hours(app):
    (key,) = desk.scheduled(desk.account("sandbox"))
    desk.by_hand(
        "UPDATE publish_records SET claims = :n, claims_since = app_now() + interval '3 hours' WHERE id = :id",
        n=MOST_CLAIMS, id=key,
    )  # fmt: skip
    transaction(claim, "w1", 8)
    assert desk.record(key).claims == 1


@pytest.mark.parametrize("names", [1, 2], ids=["one connection", "two connections of one account"])
def test_a_post_that_another_record_has_is_no_proof(app, names):
    """(D1, D14)"""
    place = {"remote_account": "mastodon:x.example:7", "account_id": "7"}
    accounts = [desk.account("mastodon", **place) for _ in range(names)]
    keys = [desk.scheduled(accounts[at % names], text=f"Text {name}.")[0] for at, name in enumerate("ab")]
    for key in keys:
        delivery, attempt = sent(key)
        transaction(settle, delivery, attempt, Verdict("yes", post_id="same", url="https://x.example/same"))
        desk.by_hand("UPDATE publish_records SET published_at = app_now() - interval '2 days' WHERE status = 'success'")
    assert [desk.record(key).status for key in keys] == ["success", "unknown"]
    assert alarms(keys[0]) == [] and "another record" in alarms(keys[1])[0]


def test_a_record_that_turns_in_circles_is_stopped(app):
    (key,) = desk.scheduled(desk.account("sandbox"))
    for _ in range(MOST_CLAIMS):
        (claimed,) = transaction(claim, "w1", 8)
        assert transaction(prepare, claimed, "w1"), "so often it may be"
        desk.by_hand(
            "UPDATE publish_records SET status = 'pending', step = NULL, lease_owner = NULL WHERE id = :id", id=key
        )
    assert desk.record(key).claims == MOST_CLAIMS and alarms(key) == []
    desk.work()
    assert alarms(key) == [f"It was claimed {MOST_CLAIMS + 1} times within a minute."]
    row = desk.record(key)
    assert (row.status, row.step, row.lease_owner, row.claim_token) == ("pending", None, None, None)
    assert desk.attempts(key) == []


def test_a_look_that_turns_in_circles_waits_too_although_no_hold_stops_a_look(app):
    """(D1)"""
    (key,) = desk.scheduled(desk.account("sandbox", configuration={"behaviour": "silent"}))
    desk.by_hand(
        "UPDATE publish_records SET status = 'unknown', unknown_since = app_now(), next_retry_at = app_now(), claims = :n,"
        " claims_since = app_now()",
        n=MOST_CLAIMS,
    )
    (claimed,) = transaction(claim, "w1", 8)
    assert transaction(prepare, claimed, "w1") is None
    row = desk.record(key)
    assert (row.status, row.step, row.lease_owner, row.claim_token) == ("unknown", None, None, None)
    assert len(alarms(key)) == 1 and transaction(claim, "w1", 8) == []
    assert clock.now() + PAUSE / 2 < row.next_retry_at < clock.now() + PAUSE * 2


def test_claims_of_another_minute_do_not_count(app):
    """(D1) A record that waits for its limit is claimed again and again, and not in circles."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    desk.by_hand(
        "UPDATE publish_records SET claims = :n, claims_since = app_now() - interval '61 seconds'", n=MOST_CLAIMS
    )
    desk.work()
    assert (desk.record(key).status, desk.record(key).claims, alarms(key)) == ("success", 1, [])


def test_an_alarm_stands_on_home_and_on_the_record(app, as_user):
    (key,) = desk.scheduled(desk.account("sandbox"))
    _, first = sent(key)
    transaction(store_answer, first, Verdict("yes", post_id="a"))
    desk.by_hand(SECOND_POST, id=key)
    desk.work()
    transaction(check_recent)
    browser = as_user("operator")
    home, page = (browser.get(path).get_data(as_text=True) for path in ("/", f"/records/{key}"))
    assert (
        "Something is wrong with how this went out" in home
        and f"/records/{key}" in home
        and "It is out more than once: a, b." in page
    )
    assert "Release" in page
