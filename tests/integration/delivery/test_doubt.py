"""A post that is nearly ours: shown beside what was sent, and only a person says what it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.transactions import transaction
from app.delivery.actions.claim import claim
from app.delivery.actions.prepare import prepare
from app.delivery.actions.reconcile import other_posts as known
from app.delivery.actions.reconcile import settle_lookup
from app.lib import clock
from app.lib.errors import Conflict
from app.platforms.base import Found
from app.publishing import actions
from app.publishing.actions.post_ownership import taken_posts
from app.publishing.queries.post_ownership import taken_post_ids
from tests import publishing_desk as desk

URL = "https://m.test/@desk/77"


def test_the_page_shows_what_was_seen_beside_what_was_sent(doubted, as_user):
    """(D7)"""
    client = as_user("operator")
    page = client.get(f"/records/{doubted}/answer").get_data(as_text=True)
    assert "Is it this one?" in page and "Forecast: 5 °C &lt;b&gt;" in page and "rewritten text" in page
    assert 'href="https://m.test/@desk/77"' in page and "Forecast: -5 °C" in page
    assert "a post that is nearly this one" in client.get(f"/records/{doubted}").get_data(as_text=True)


def test_it_is_this_one_keeps_the_posts_own_id_and_address(doubted, as_user):
    answer = as_user("operator").post(f"/records/{doubted}/answer", data={"answer": "there", "link": "77"})
    assert answer.status_code in (302, 303)
    row = desk.record(doubted)
    assert (row.status, row.platform_post_id, row.platform_url) == ("success", "77", URL)


def test_send_again_beside_a_candidate_has_to_be_typed_and_is_not_looked_up_once_more(doubted, as_user):
    client = as_user("operator")
    refused = client.post(f"/records/{doubted}/answer", data={"answer": "send_again"})
    assert refused.status_code == 422 and "may be this one" in refused.get_data(as_text=True)
    with pytest.raises(Conflict, match="may be this one"):
        desk.person(actions.settle_by_person, doubted, "send_again")
    client.post(f"/records/{doubted}/answer", data={"answer": "send_again", "typed": "send again"})
    row = desk.record(doubted)
    assert (row.status, row.generation) == ("retrying", 2) and "look_first" not in row.meta


def test_a_candidate_that_another_record_took_is_no_longer_offered(doubted, as_user):
    other = desk.scheduled(desk.record(doubted).credential_id, text="Other")[0]
    desk.by_hand("UPDATE publish_records SET status = 'success', platform_post_id = '77', published_at = now() WHERE id = :k", k=other)  # fmt: skip
    assert "Is it this one?" not in as_user("operator").get(f"/records/{doubted}/answer").get_data(as_text=True)
    desk.person(actions.settle_by_person, doubted, "send_again")
    assert desk.record(doubted).status == "retrying"


@pytest.fixture
def looking(app):
    """Two looks at once, by two names of one remote account: (keys, deliveries)."""
    place = {"remote_account": "mastodon:m.test:7", "account_id": "7"}
    keys = [desk.scheduled(desk.account("mastodon", **place), text=f"Text {n}")[0] for n in "ab"]
    desk.by_hand("UPDATE publish_records SET status = 'unknown', unknown_since = app_now(), next_retry_at = app_now()")
    claims = {one.id: one for one in transaction(claim, "w1", 8, 8)}
    return keys, [transaction(prepare, claims[key], "w1") for key in keys]


def test_two_looks_that_found_one_post_do_not_both_take_it(looking):
    """(D8, D14) The list was read before the other one settled; the lock is by the remote account."""
    (first, second), (one, other) = looking
    transaction(settle_lookup, one, Found("77", URL, "listing"))
    transaction(settle_lookup, other, Found("77", URL, "listing"))
    assert [desk.record(key).status for key in (first, second)] == ["success", "unknown"]
    assert "Another record took the post" in desk.attempts(second)[-1].message
    assert desk.record(second).next_retry_at is not None, "it is looked for again"


def test_of_two_posts_that_fit_exactly_the_second_look_takes_the_second(looking):
    """(D8, D14)"""
    (first, second), (one, other) = looking
    both = Found("77", URL, "listing", others=(Found("78", "https://m.test/@desk/78", "listing"),))
    transaction(settle_lookup, one, both)
    transaction(settle_lookup, other, both)
    assert [desk.record(key).platform_post_id for key in (first, second)] == ["77", "78"]


def test_what_a_look_knows_beside_its_post_is_all_of_the_remote_account(looking):
    """(D8, D14) Taken posts, known ones and open rivals, under whichever of the desk's names they went out."""
    (first, _), (one, other) = looking
    assert [post.text for post in transaction(known, other).rivals] == ["Text a"]
    transaction(settle_lookup, one, Found("77", URL, "listing", published_at=other.now))
    beside = transaction(known, other)
    assert (beside.taken, [post.post_id for post in beside.known], beside.rivals) == ({"77"}, ["77"], ())
    desk.by_hand("UPDATE publish_records SET composed_hash = repeat('0', 64) WHERE id = :k", k=first)
    assert transaction(known, other).known == (), "what was sent was another post than the one composed now"


def test_a_post_of_the_same_text_waits_until_the_first_is_settled_and_says_so(doubted, as_user):
    """(D2)"""
    account = desk.record(doubted).credential_id
    (twin,) = desk.scheduled(account, text="Forecast: 5 °C")
    desk.work()
    row = desk.record(twin)
    assert (row.status, row.attempt_count, row.meta["waits_for"]) == ("pending", 0, str(doubted))
    page = as_user("operator").get(f"/records/{twin}").get_data(as_text=True)
    assert "with the same text, is settled" in page


def test_a_post_of_the_same_text_waits_under_another_name_of_the_account_too(doubted):
    """(D2, D14)"""
    desk.by_hand("UPDATE platform_credentials SET remote_account = 'mastodon:m.test:7'")
    here, there = (
        desk.account("mastodon", remote_account=f"mastodon:m.test:{n}", configuration={"min_gap": 0}) for n in (7, 8)
    )
    (twin,), (other,) = (desk.scheduled(one, text="Forecast: 5 °C") for one in (here, there))
    claims = {one.id: one for one in transaction(claim, "w1", 8)}
    assert transaction(prepare, claims[twin], "w1") is None and transaction(prepare, claims[other], "w1") is not None
    assert desk.record(twin).meta["waits_for"] == str(doubted)


def test_a_look_does_not_take_the_post_that_another_record_has_an_unread_answer_for(app):
    """(D2) The answer came after the sweep; until it is read, nobody else may have its post."""
    account = desk.account("mastodon")
    keys = [desk.scheduled(account, text="The same words.", waive_limits=True)[0] for _ in range(2)]
    desk.by_hand("UPDATE publish_records SET status = 'unknown', was_unknown = true, unknown_since = app_now()")
    desk.by_hand(
        "INSERT INTO publish_attempts (record_id, number, step, outcome, post_id) VALUES (:id, 1, 'commit', 'yes', '7')",
        id=keys[0],
    )
    assert (
        transaction(taken_posts, keys[1], account, ["7", "8"]) == {"7"}
        and transaction(taken_posts, keys[0], account, ["7"]) == set()
    )
    since = clock.now() - timedelta(hours=1)
    assert transaction(lambda: taken_post_ids(keys[1], [account], since=since)) == {"7"}
