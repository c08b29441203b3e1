"""A post is dated by its sending, whatever its plan was; and never sent twice for that."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.lib import clock
from app.platforms import bluesky_media
from app.platforms.keys import tid, tid_mark, tid_time
from app.publishing import actions
from tests import publishing_desk as desk

NOT_READY = {
    "error": "Validation failed: Cannot attach files that have not finished processing. Try again in a moment!"
}


def dated(post):
    return datetime.fromisoformat(post["record"]["createdAt"])


def is_now(moment):
    return abs(clock.now() - moment) < timedelta(seconds=10)


def send_before_its_plan(plant, text):
    """Planned for a day far ahead, moved to now, sent: the record's id, and the key that it had with its plan."""
    (key,) = desk.scheduled(plant.account("bluesky"), at=clock.now() + timedelta(days=100), text=text)
    planned = desk.record(key).client_key
    desk.person(actions.reschedule, key, clock.now())
    desk.work()
    return key, planned


def test_a_plan_moved_from_march_to_now_goes_out_dated_now(plant):
    """(J5) createdAt and key; the record keeps the mark it was made with."""
    text = "Planned for March."
    key, planned = send_before_its_plan(plant, text)
    record, (post,) = desk.record(key), plant.fake().posts(text)
    assert record.status == "success" and is_now(dated(post)) and is_now(tid_time(post["key"]))
    assert record.client_key == post["key"] != planned and tid_mark(post["key"]) == tid_mark(planned)
    (attempt,) = desk.attempts(key)
    assert attempt.client_key == post["key"]


def test_what_was_held_for_a_day_is_dated_by_its_sending(plant):
    text = "Held for a day."
    (key,) = desk.scheduled(plant.account("bluesky"), text=text)
    desk.by_hand(
        "UPDATE publish_records SET client_key = :k, due_at = app_now() - interval '1 hour' WHERE id = :id",
        id=key, k=tid(clock.now() - timedelta(days=1)),
    )  # fmt: skip
    desk.work()
    (post,) = plant.fake().posts(text)
    assert is_now(dated(post))


@pytest.mark.parametrize("status", [400, 429])
def test_after_a_definite_no_it_is_dated_anew(plant, status):
    """By a person's replay, and by itself after a rate limit."""
    text = f"Refused with {status}."
    (key,) = desk.scheduled(plant.account("bluesky"), text=text)
    plant.fake().script("answer", match=text, status=status, body={"error": "InvalidRequest" if status == 400 else "x"})
    desk.work()
    old = tid(clock.now() - timedelta(days=30))
    desk.by_hand("UPDATE publish_records SET client_key = :k WHERE id = :id", id=key, k=old)
    if status == 400:
        assert desk.record(key).status == "failed"
        desk.person(actions.replay, key)
    else:
        plant.age(3600)
    desk.work()
    (post,) = plant.fake().posts(text)
    assert desk.record(key).status == "success" and is_now(dated(post)) and post["key"] != old


def test_after_an_unknown_outcome_the_key_stays_for_good(plant):
    """That is how it is found again: also when a person gives up and replays."""
    text = "Nobody knows."
    (key,) = desk.scheduled(plant.account("bluesky"), text=text)
    plant.fake().script("close_after", match=text)
    desk.work()
    sent = desk.record(key).client_key
    assert desk.record(key).status == "unknown"
    desk.person(actions.settle_by_person, key, "give_up")
    desk.person(actions.replay, key)
    desk.work()
    record = desk.record(key)
    assert (record.status, record.client_key) == ("success", sent)
    assert [post["key"] for post in plant.fake().posts(text)] == [sent]
    assert plant.fake().state()["requests"]["create"] == 1


def test_a_sandbox_does_not_wait_for_the_plan_that_was_moved(plant):
    account = desk.account("sandbox", configuration={"behaviour": "slow", "delay": 1})
    (key,) = desk.scheduled(account, at=clock.now() + timedelta(days=100))
    desk.person(actions.reschedule, key, clock.now())
    desk.work()
    assert desk.record(key).next_retry_at - clock.now() < timedelta(seconds=60)


def test_a_picture_that_is_still_worked_on_is_waited_for_and_no_failure_of_the_account(plant):
    """(J17) Mastodon's 422 is temporary; five such posts do not open the breaker."""
    account = plant.account("mastodon")
    keys = [desk.scheduled(account, text=f"With a picture {n}.")[0] for n in range(6)]
    plant.fake().script("answer", status=422, body=NOT_READY, times=6)
    for _ in range(3):
        desk.work()
    assert {desk.record(key).status for key in keys} == {"retrying"}
    assert desk.by_hand("SELECT failure_streak, breaker_open_until FROM platform_credentials")[0] == (0, None)
    plant.age(20)
    for _ in range(3):
        desk.work()
    assert plant.statuses() == {"success": 6}


def test_a_mention_that_cannot_be_looked_up_stops_neither_post_nor_account(plant, monkeypatch):
    """(J18) The record says what is missing."""
    monkeypatch.setattr(bluesky_media, "sleep", lambda seconds: None)
    account = plant.account("bluesky")
    keys = [desk.scheduled(account, text=f"Hello @alice.test, {n}.")[0] for n in range(6)]
    plant.fake().script("answer", on="read", match="resolveHandle", status=502, times=0)
    for _ in range(3):
        desk.work()
    assert plant.statuses() == {"success": 6}
    assert desk.by_hand("SELECT failure_streak, breaker_open_until FROM platform_credentials")[0] == (0, None)
    (remark,) = desk.record(keys[0]).meta["remarks"]
    assert "@alice.test as plain text" in remark


def test_a_restored_desk_finds_what_went_out_under_a_key_dated_anew(plant):
    """The backup knows the key of the plan only, and the plan was moved after it."""
    text = "Moved after the backup."
    key, planned = send_before_its_plan(plant, text)
    (post,) = plant.fake().posts(text)
    desk.by_hand("DELETE FROM publish_attempts")
    desk.by_hand(
        "UPDATE publish_records SET status = 'pending', client_key = :k, attempt_count = 0, was_unknown = true, published_at = NULL,"
        " platform_post_id = NULL, platform_url = NULL, metadata = '{\"look_first\": true}', due_at = app_now() WHERE id = :id",
        id=key, k=planned,
    )  # fmt: skip
    desk.work()
    assert desk.record(key).status == "success" and desk.record(key).platform_post_id == post["id"]
    assert len(plant.fake().posts(text)) == 1


def test_sending_again_after_a_restore_looks_for_the_mark_first(plant):
    """A person says that it is not there, and is wrong: the key that the desk knows would not stop a second post."""
    text = "Out since the backup."
    key, planned = send_before_its_plan(plant, text)
    desk.by_hand("DELETE FROM publish_attempts")
    desk.by_hand(
        "UPDATE publish_records SET status = 'unknown', client_key = :k, attempt_count = 0, was_unknown = true, published_at = NULL,"
        " platform_post_id = NULL, platform_url = NULL, unknown_since = app_now(), due_at = app_now() WHERE id = :id",
        id=key, k=planned,
    )  # fmt: skip
    desk.person(actions.settle_by_person, key, "send_again", confirmed=True)
    desk.work()
    assert desk.record(key).status == "success" and len(plant.fake().posts(text)) == 1
