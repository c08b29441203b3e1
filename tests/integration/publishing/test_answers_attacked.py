"""The open question from the wrong side: two tabs, Back, a second click, odd words, and answers that cross a look."""

from __future__ import annotations

import pytest

from app.core.transactions import transaction
from app.delivery.actions import reconcile
from app.delivery.actions.claim import claim
from app.delivery.actions.prepare import prepare
from app.platforms.base import Found
from app.publishing import actions
from tests import publishing_desk as desk


def post(client, key, **data):
    return client.post(f"/records/{key}/answer", data=data)


def state(key):
    row = desk.record(key)
    return row.status, row.platform_post_id, row.generation


def test_two_tabs_the_second_answer_changes_nothing(doubted, as_user):
    client = as_user("operator")
    post(client, doubted, answer="there", link="77")
    for data in (
        {"answer": "send_again", "typed": "SEND AGAIN"},
        {"answer": "give_up"},
        {"answer": "there", "link": "77"},
    ):
        assert post(client, doubted, **data).status_code in (409, 422)
    assert state(doubted) == ("success", "77", 1)


def test_back_to_the_question_after_its_answer_offers_no_candidate(doubted, as_user):
    client = as_user("operator")
    post(client, doubted, answer="give_up")
    page = client.get(f"/records/{doubted}/answer")
    assert page.status_code in (200, 303, 409) and "It is this one" not in page.get_data(as_text=True)
    assert state(doubted) == ("failed", None, 1)


def test_a_candidate_that_another_record_took_meanwhile_is_not_taken_twice(doubted, as_user):
    other = desk.scheduled(desk.record(doubted).credential_id, text="Other")[0]
    desk.by_hand("UPDATE publish_records SET status = 'success', platform_post_id = '77', published_at = now() WHERE id = :k", k=other)  # fmt: skip
    assert post(as_user("operator"), doubted, answer="there", link="77").status_code == 422
    assert state(doubted) == ("unknown", None, 1)


@pytest.mark.parametrize(
    "link", ["7" * 2100, "javascript:alert(1)", "https://", "//m.test/77", "78", "77\u200b", "http://[::1", "مرحبا", "🎈" * 600, "77 "]
)  # fmt: skip
def test_no_odd_link_is_a_proof(doubted, as_user, link):
    answer = post(as_user("operator"), doubted, answer="there", link=link)
    taken = link.strip() == "77"
    assert answer.status_code == (303 if taken else 422) or (taken and answer.status_code == 302)
    assert state(doubted)[0] == ("success" if taken else "unknown")


def test_a_post_of_that_id_on_another_account_is_another_post(doubted, as_user):
    other = desk.scheduled(desk.account("mastodon", configuration={"min_gap": 0}), text="Other")[0]
    desk.by_hand("UPDATE publish_records SET status = 'success', platform_post_id = '77', published_at = now() WHERE id = :k", k=other)  # fmt: skip
    post(as_user("operator"), doubted, answer="there", link="77")
    assert state(doubted)[:2] == ("success", "77")


@pytest.mark.parametrize("typed", ["أرسل مرة أخرى", "🔁", "SEND  AGAIN!", "SENDAGAIN", "ＳＥＮＤ ＡＧＡＩＮ", "S\u200bEND AGAIN", "再次发送", "x" * 2048])  # fmt: skip
def test_only_the_words_themselves_accept_a_double(doubted, as_user, typed):
    assert post(as_user("operator"), doubted, answer="send_again", typed=typed).status_code == 422
    assert state(doubted) == ("unknown", None, 1)


def looking(key):
    """A look under way."""
    desk.by_hand("UPDATE publish_records SET next_retry_at = now() - interval '1 minute' WHERE id = :k", k=key)
    (claimed,) = [one for one in transaction(claim, "w1", 8) if one.id == key]
    return transaction(prepare, claimed, "w1")


def test_send_again_while_a_look_finds_the_post_sends_nothing(doubted, as_user):
    """The look lost the record to the person; what it found is read before anything is sent."""
    task = looking(doubted)
    desk.person(actions.settle_by_person, doubted, "send_again", None, True)
    transaction(reconcile.settle_lookup, task, Found("80", "https://m.test/@desk/80", "listing"))
    desk.work()
    assert state(doubted)[:2] == ("success", "80") and desk.record(doubted).attempt_count == 1


@pytest.mark.parametrize("answer", ["send_again", "give_up"])
def test_an_answer_after_the_late_yes_counts_for_nothing_and_says_so(doubted, as_user, answer):
    desk.by_hand("UPDATE publish_attempts SET outcome = 'yes', post_id = '81', post_url = 'https://m.test/@desk/81' WHERE record_id = :k AND step = 'commit'", k=doubted)  # fmt: skip
    client = as_user("operator")
    post(client, doubted, answer=answer, typed="SEND AGAIN")
    assert state(doubted) == ("success", "81", 1)
    assert "has come meanwhile" in client.get(f"/records/{doubted}").get_data(as_text=True)
