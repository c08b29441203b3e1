"""A server that stores, hides the post for longer than a request can live, and shows it then: the twin is found and one goes."""

from __future__ import annotations

import pytest

from app.core.transactions import transaction
from app.delivery import duplicates
from app.delivery.actions import duplicates as steps
from app.publishing.actions import duplicates as verbs
from app.publishing.queries import duplicates as queries
from tests import publishing_desk as desk

TEXT = "Out twice, and only by the server's fault."


@pytest.fixture
def resent(plant):
    """A record that was sent again because its list showed nothing for 15 minutes."""
    fake, account = plant.fake(), plant.known()
    fake.settings(lists_late=1200)
    fake.script("close_after", match=TEXT)
    (key,) = desk.scheduled(account, text=TEXT)
    for _ in range(12):
        desk.work()
        if plant.quiet():
            break
        plant.age(200)
    assert (desk.record(key).status, len(fake.posts(TEXT))) == ("success", 2)
    return fake, key


def shown(key):
    return queries.live_posts(desk.record(key), desk.attempts(key)[::-1])


def looks(key):
    return [one for one in desk.attempts(key) if one.matched_by == "twins"]


def test_a_twin_is_found_after_15_minutes_and_one_of_the_two_is_withdrawn(plant, resent):
    fake, key = resent
    assert duplicates.check_due() == 0, "not before 15 minutes"
    plant.age(15 * 60)
    before = desk.record(key)
    assert duplicates.check_due() == 1 and duplicates.check_due() == 0
    row = desk.record(key)
    assert (row.status, row.platform_post_id, row.attempt_count) == ("success", before.platform_post_id, 2)
    ids = {post["id"] for post in fake.posts(TEXT)}
    assert {post.post_id for post in shown(key)} == ids and len(ids) == 2
    ((reason, note),) = [(hold.reason, hold.note) for hold in desk.holds(key)]
    assert reason == "invariant" and note.startswith("It is there twice: http")
    desk.person(verbs.request_withdrawal, key, row.platform_post_id)
    duplicates.check_due()
    (left,) = fake.posts(TEXT)
    row = desk.record(key)
    assert (row.status, row.platform_post_id) == ("success", left["id"]) and left["id"] in row.platform_url
    assert desk.holds(key) == [] and shown(key) == shown(key)[:1]
    assert [one.outcome for one in desk.attempts(key) if one.step == "withdraw"] == ["yes"]
    plant.age(45 * 60)
    assert duplicates.check_due() == 1 and desk.holds(key) == [], "the look after an hour: it is there once"
    plant.age(3600)
    assert duplicates.check_due() == 0 and len(fake.posts(TEXT)) == 1
    assert fake.state()["requests"]["create"] == 2


def test_no_two_people_withdraw_both(plant, resent):
    """Each chooses another one: the second is refused, and a wish that is asked for twice deletes once."""
    fake, key = resent
    plant.age(15 * 60)
    duplicates.check_due()
    first, second = [post.post_id for post in shown(key)]
    desk.person(verbs.request_withdrawal, key, first)
    with pytest.raises(Exception, match="at this moment"):
        desk.person(verbs.request_withdrawal, key, second)
    (attempt,) = [one for one in desk.attempts(key) if one.step == "withdraw"]
    duplicates.withdraw(attempt.id)
    duplicates.withdraw(attempt.id)
    with pytest.raises(Exception, match=r"not one of two|gone already"):
        desk.person(verbs.request_withdrawal, key, second)
    assert [post["id"] for post in fake.posts(TEXT)] == [second]


def test_what_would_stay_must_be_there_at_the_moment_of_deleting(plant, resent):
    """Somebody took the other one down by hand meanwhile: nothing is withdrawn, and the record says so."""
    fake, key = resent
    plant.age(15 * 60)
    duplicates.check_due()
    row = desk.record(key)
    other = next(post.post_id for post in shown(key) if post.post_id != row.platform_post_id)
    desk.person(verbs.request_withdrawal, key, other)
    fake.control("remove", id=row.platform_post_id)
    duplicates.check_due()
    (answer,) = [one for one in desk.attempts(key) if one.step == "withdraw"]
    assert answer.outcome == "no" and "does not show" in answer.message
    assert [post["id"] for post in fake.posts(TEXT)] == [other]


def test_a_look_for_twins_that_told_nothing_is_repeated_and_moves_nothing(plant, resent):
    fake, key = resent
    plant.age(15 * 60)
    fake.script("error_before", on="read", status=503)
    assert duplicates.check_due() == 1 and [one.outcome for one in looks(key)] == ["unknown"]
    assert duplicates.check_due() == 0, "not at once"
    plant.age(16 * 60)
    assert duplicates.check_due() == 1 and [one.outcome for one in looks(key)] == ["unknown", "yes"]
    assert desk.record(key).status == "success" and len(desk.holds(key)) == 1


def test_a_look_that_crosses_a_withdrawal_raises_no_alarm_for_what_is_gone(plant, resent):
    """The list was read before one was deleted, and is written down after it."""
    fake, key = resent
    plant.age(15 * 60)
    duplicates.check_due()
    task = transaction(steps.prepare_check, key)
    before = duplicates._lookup(task)
    desk.person(verbs.request_withdrawal, key, desk.record(key).platform_post_id)
    duplicates.check_due()
    transaction(steps.settle_check, task, before)
    assert desk.holds(key) == [] and len(shown(key)) < 2 and len(fake.posts(TEXT)) == 1
