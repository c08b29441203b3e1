"""What a person decides about a record that was unclear: what must follow, and what is refused."""

from __future__ import annotations

import pytest

from app.ground.errors import Invalid
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
