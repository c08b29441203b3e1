"""A post that is nearly ours: shown beside what was sent, and only a person says what it is."""

from __future__ import annotations

import pytest

from app.core.db import db
from app.core.work import step
from app.ground.errors import Conflict
from app.publishing import actions
from app.publishing.models import PublishAttempt
from tests import publishing_desk as desk

SEEN = {"post_id": "77", "url": "https://m.test/@desk/77", "text": "Forecast: 5 °C <b>مرحبا</b>", "created_at": "2026-11-29T07:00:00+00:00", "differs": ["rewritten text"]}  # fmt: skip


@pytest.fixture
def doubted(app):
    """An unknown record, long sent, whose look saw one candidate."""
    (key,) = desk.scheduled(desk.account("mastodon", configuration={"min_gap": 0}), text="Forecast: -5 °C")
    desk.by_hand(
        "UPDATE publish_records SET status = 'unknown', was_unknown = true, attempt_count = 1, unknown_since = now() - interval '1 hour',"
        " metadata = '{\"look_first\": true}' WHERE id = :k", k=key,
    )  # fmt: skip
    facts = {"record_id": key, "number": 1, "generation": 1}
    desk.by_hand("INSERT INTO publish_attempts (id, record_id, number, step, started_at) VALUES (gen_random_uuid(), :k, 1, 'commit', now() - interval '1 hour')", k=key)  # fmt: skip
    look = PublishAttempt(**facts, step="reconcile", outcome="unknown", response={"candidates": [SEEN]})
    step(lambda: db.session.add(look))
    return key


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
    assert (row.status, row.platform_post_id, row.platform_url) == ("success", "77", SEEN["url"])


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


def test_a_post_of_the_same_text_waits_until_the_first_is_settled_and_says_so(doubted, as_user):
    """(D2)"""
    account = desk.record(doubted).credential_id
    (twin,) = desk.scheduled(account, text="Forecast: 5 °C")
    desk.work()
    row = desk.record(twin)
    assert (row.status, row.attempt_count, row.meta["waits_for"]) == ("pending", 0, str(doubted))
    page = as_user("operator").get(f"/records/{twin}").get_data(as_text=True)
    assert "with the same text, is settled" in page
