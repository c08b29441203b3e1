"""What a person decides about a record: what must follow, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.lib import clock
from app.lib.errors import Invalid
from app.publishing import actions
from tests import publishing_desk as desk


def test_what_was_cancelled_given_up_and_replayed_goes_out(app):
    """The way that the refusal to send it again names: the replay takes the cancelling back."""
    (key,) = desk.scheduled(desk.account("sandbox", configuration={"behaviour": "lost"}))
    desk.work()
    desk.person(actions.cancel_record, key)
    desk.person(actions.settle_by_person, key, "give_up")
    desk.by_hand('UPDATE platform_credentials SET configuration = \'{"behaviour": "ok"}\'')
    desk.person(actions.replay, key)
    desk.work()
    assert desk.record(key).status == "success"


def test_the_post_of_another_record_is_no_answer_to_where_this_one_is(doubted):
    (other,) = desk.scheduled(desk.record(doubted).credential_id, text="Other")
    desk.by_hand(
        "UPDATE publish_records SET status = 'success', platform_post_id = '78', published_at = now() WHERE id = :k",
        k=other,
    )
    with pytest.raises(Invalid, match="Another record has this post already"):
        desk.person(actions.settle_by_person, doubted, "there", "https://m.test/@desk/78")
    assert desk.record(doubted).status == "unknown"
    desk.person(actions.settle_by_person, doubted, "there", "https://m.test/@desk/79")
    assert desk.record(doubted).platform_post_id == "79"


@pytest.mark.parametrize("said", ["send_again", "give_up"])
def test_an_answer_of_the_platform_counts_before_what_a_person_says(doubted, said):
    """It came late and was read by nobody yet: what is out is neither sent again nor given up."""
    desk.by_hand(
        "INSERT INTO publish_attempts (record_id, number, step, outcome, post_id) VALUES (:k, 1, 'commit', 'yes', '80')",
        k=doubted,
    )
    desk.person(actions.settle_by_person, doubted, said, confirmed=True)
    assert (desk.record(doubted).status, desk.record(doubted).platform_post_id) == ("success", "80")


def test_a_post_that_is_moved_by_less_than_the_gap_does_not_stand_in_its_own_way(app):
    at = clock.now() + timedelta(hours=1)
    (key,) = desk.scheduled(desk.account(configuration={"min_gap": 10}), at=at)
    desk.person(actions.reschedule, key, at + timedelta(minutes=5))
    assert desk.record(key).due_at == at + timedelta(minutes=5)
