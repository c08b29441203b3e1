"""It is there twice: the record says so with both links, and an operator withdraws one."""

from __future__ import annotations

import pytest

from app.core.db import db
from app.core.transactions import transaction
from app.publishing.models import PublishAttempt
from tests import publishing_desk as desk

OWN, TWIN = "https://m.test/@desk/1", "https://m.test/@desk/2"


@pytest.fixture
def twice(app):
    (key,) = desk.scheduled(desk.account("mastodon", configuration={"min_gap": 0}))
    desk.by_hand(
        "UPDATE publish_records SET status = 'success', platform_post_id = '1', platform_url = :u, published_at = now() WHERE id = :k",
        u=OWN, k=key,
    )  # fmt: skip
    look = {"number": 2, "step": "reconcile", "outcome": "yes", "matched_by": "twins", "message": "It is there twice."}
    look |= {"record_id": key, "response": {"twins": [{"post_id": "2", "url": TWIN}]}}
    transaction(lambda: db.session.add(PublishAttempt(**look)))
    desk.by_hand(
        "INSERT INTO publish_holds (id, scope, scope_id, reason, note)"
        " VALUES (gen_random_uuid(), 'record', CAST(:k AS text), 'invariant', 'x')", k=key,
    )  # fmt: skip
    return key


def withdrawals(key):
    return [(one.post_id, one.outcome) for one in desk.attempts(key) if one.step == "withdraw"]


def test_the_record_says_so_with_both_links_and_offers_to_withdraw_one(twice, as_user):
    page = as_user("operator").get(f"/records/{twice}").get_data(as_text=True)
    assert "It is there twice" in page and f'href="{OWN}"' in page and f'href="{TWIN}"' in page
    assert f"/records/{twice}/withdraw" in page and "Looked once more: it is there twice" in page
    assert f"/records/{twice}/withdraw" not in as_user("viewer").get(f"/records/{twice}").get_data(as_text=True)


def test_one_is_chosen_on_a_page_of_its_own_and_the_history_tells_it(twice, as_user):
    client = as_user("operator")
    page = client.get(f"/records/{twice}/withdraw").get_data(as_text=True)
    assert OWN in page and TWIN in page and "cannot be undone" in page
    assert client.post(f"/records/{twice}/withdraw", data={"post": "2"}).status_code in (302, 303)
    assert withdrawals(twice) == [("2", None)]
    said = client.get(f"/records/{twice}").get_data(as_text=True)
    assert "Asked to withdraw one of two posts" in said and "is being withdrawn" in said


def test_a_second_click_and_another_tab_ask_for_nothing_more(twice, as_user):
    client = as_user("operator")
    client.post(f"/records/{twice}/withdraw", data={"post": "2"})
    for chosen in ("2", "1"):
        answer = client.post(f"/records/{twice}/withdraw", data={"post": chosen})
        assert answer.status_code == 409 and "at this moment" in answer.get_data(as_text=True)
    assert withdrawals(twice) == [("2", None)]


@pytest.mark.parametrize(
    "post", ["", "3", "../../accounts/1", "Ж" * 2048, "<script>alert(1)</script>", "1\x00", "2 or 1=1"]
)
def test_only_one_of_the_two_can_be_chosen(twice, as_user, post):
    answer = as_user("operator").post(f"/records/{twice}/withdraw", data={"post": post})
    assert answer.status_code in (409, 422) and withdrawals(twice) == []
    assert "<script>alert" not in answer.get_data(as_text=True)


def test_nobody_below_an_operator_withdraws(twice, as_user):
    for role in ("viewer", "editor"):
        assert as_user(role).post(f"/records/{twice}/withdraw", data={"post": "2"}).status_code == 403
    assert withdrawals(twice) == []


def test_a_maybe_withdrawn_post_is_not_the_one_that_stays(twice, as_user):
    client = as_user("operator")
    desk.by_hand(
        "INSERT INTO publish_attempts (id, record_id, number, step, outcome, post_id) VALUES"
        " (gen_random_uuid(), :k, 2, 'withdraw', 'unknown', '2')", k=twice,
    )  # fmt: skip
    answer = client.post(f"/records/{twice}/withdraw", data={"post": "1"})
    assert answer.status_code == 409 and "gone already" in answer.get_data(as_text=True)
    assert client.post(f"/records/{twice}/withdraw", data={"post": "2"}).status_code in (302, 303)


def test_a_record_that_is_there_once_has_nothing_to_withdraw(twice, as_user):
    desk.by_hand("DELETE FROM publish_attempts WHERE record_id = :k", k=twice)
    client = as_user("operator")
    assert client.get(f"/records/{twice}/withdraw").status_code == 409
    assert client.post(f"/records/{twice}/withdraw", data={"post": "2"}).status_code == 409
