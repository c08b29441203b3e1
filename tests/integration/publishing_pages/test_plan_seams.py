"""Where the rules of scheduling meet: two tabs, what changed between page and press, several rules at once, odd input."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.publishing.models import PublishJob, PublishRecord
from tests.factories import make_account, make_campaign, make_item
from tests.integration.publishing_pages.days import FORWARD
from tests.publishing_desk import by_hand

NOW = {"timing": "now", "timezone": "UTC", "priority": "0"}


def records() -> int:
    return transaction(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(PublishRecord)))


def moment(text: str):
    at = clock.now() + timedelta(days=2)
    return {"timing": "later", "on": f"{at:%Y-%m-%d}", "at": text, "timezone": "UTC", "priority": "0"}


def test_two_tabs_publish_once_and_the_second_says_so_beside_the_account(as_user, commit):
    item, account, browser = commit(make_item, status="approved"), commit(make_account), as_user("operator")
    data = {**NOW, "accounts": [account.id]}
    tabs = [browser.post(f"/content/{item.id}/publish", data={**data, "key": str(uuid.uuid4())}) for _ in range(2)]
    assert [t.status_code for t in tabs] == [303, 422] and records() == 1
    assert "is on its way there already" in tabs[1].text and "/records/" in tabs[1].text


def test_an_account_that_became_the_place_of_another_between_page_and_press_is_asked_about(as_user, commit):
    """(D14)"""
    one, other = commit(make_account, "sandbox", remote_account="sandbox:a:1"), commit(make_account, "sandbox")
    item, browser = commit(make_item, status="approved"), as_user("operator")
    by_hand("UPDATE platform_credentials SET remote_account = 'sandbox:a:1' WHERE id = :id", id=other.id)
    data = {**NOW, "accounts": [one.id, other.id]}
    answer = browser.post(f"/content/{item.id}/publish", data=data)
    assert answer.status_code == 422 and 'name="confirm_same_place"' in answer.text and records() == 0
    assert browser.post(f"/content/{item.id}/publish", data={**data, "confirm_same_place": "y"}).status_code == 303


def test_a_campaign_that_ended_between_page_and_press_lets_nothing_out(as_user, commit):
    campaign, account = commit(make_campaign), commit(make_account)
    item, browser = commit(make_item, status="approved", campaign_id=campaign.id), as_user("operator")
    assert browser.get(f"/content/{item.id}/publish").status_code == 200
    by_hand("UPDATE campaigns SET end_time = app_now() - interval '1 second'")
    answer = browser.post(f"/content/{item.id}/publish", data={**NOW, "accounts": [account.id]})
    assert answer.status_code == 409 and "Move its end on its page" in answer.text and records() == 0


def test_same_place_second_post_and_gap_at_once_are_said_one_after_the_other_and_keep_what_was_typed(as_user, commit):
    """(J25, D14) Each answer leads to the next question; all of them answered, it is scheduled."""
    rules = {"configuration": {"min_gap": 60}, "remote_account": "sandbox:a:1"}
    pair = [commit(make_account, "sandbox", **rules) for _ in range(2)]
    item, browser = commit(make_item, status="approved"), as_user("operator")
    by_hand("""
      WITH v AS (INSERT INTO artifacts (content_id, version, payload, content_hash, created_by)
        SELECT content_id, 9, payload, content_hash, created_by FROM artifacts LIMIT 1 RETURNING id, content_id),
      j AS (INSERT INTO publish_jobs (content_id, artifact_id, platforms)
        SELECT content_id, id, '{sandbox}' FROM v RETURNING id)
      INSERT INTO publish_records (job_id, platform, credential_id, account_name, status, published_at, due_at)
        SELECT j.id, 'sandbox', :a, 'x', 'success', app_now(), app_now() FROM j""", a=pair[0].id)  # fmt: skip
    data, said = {**moment("10:00"), "accounts": [a.id for a in pair], "key": str(uuid.uuid4())}, []
    answers = ({}, {"again": [a.id for a in pair]}, {"confirm_same_place": "y"}, {"waive": "y"})
    for more in answers:
        data |= more
        answer = browser.post(f"/content/{item.id}/publish", data=data)
        said.append(
            next(
                (
                    w
                    for w in ("Version 9 is live on", "are the same place on", "minutes apart. The next")
                    if w in answer.text
                ),
                "",
            )
        )
        if answer.status_code == 422:
            assert all(f'value="{a.id}" checked' in answer.text for a in pair) and 'value="10:00"' in answer.text
    assert (
        said == ["Version 9 is live on", "are the same place on", "minutes apart. The next", ""]
        and answer.status_code == 303
    )
    job = transaction(
        lambda: db.session.scalars(sa.select(PublishJob).order_by(PublishJob.created_at.desc()).limit(1)).one()
    )
    assert set(job.meta) == {"second_on", "same_place"}


def test_midnight_in_tokyo_on_the_day_that_berlin_loses_an_hour_is_a_moment_of_its_own(as_user, commit):
    """(J27) A gap is Berlin's alone; Tokyo's 02:30 of that day is scheduled, and midnight in both zones."""
    account, browser = commit(make_account), as_user("operator")
    for zone, at, status in (
        ("Asia/Tokyo", "02:30", 303), ("Europe/Berlin", "02:30", 422), ("Europe/Berlin", "00:00", 303), ("Asia/Tokyo", "00:00", 303),
    ):  # fmt: skip
        item = commit(make_item, status="approved")
        data = {"timing": "later", "on": FORWARD, "at": at, "timezone": zone, "priority": "0", "accounts": [account.id]}
        assert browser.post(f"/content/{item.id}/publish", data=data).status_code == status, (zone, at)


@pytest.mark.parametrize("name", ["again", "offered", "accounts", "key", "timezone", "priority"])
@pytest.mark.parametrize("evil", ["x" * 2000, "石" * 700, "\x00", "'\"><script>", "../" * 600, "٣" * 36])
def test_evil_input_breaks_no_page_and_publishes_nothing_that_was_not_ticked(as_user, commit, name, evil):
    item, account, browser = commit(make_item, status="approved"), commit(make_account), as_user("operator")
    data = {**NOW, "accounts": [account.id], name: evil}
    answer = browser.post(f"/content/{item.id}/publish", data=data)
    assert answer.status_code in (303, 400, 422) and records() <= 1 and "><script>" not in answer.text
    assert answer.status_code != 303 or browser.get(answer.location).status_code == 200, "what it made has a page"


def test_the_form_that_met_a_refusal_can_be_sent_again_after_back(as_user, commit):
    """The same key: what was refused made nothing, so it makes its job now; sent once more it makes no other."""
    campaign, account = commit(make_campaign, status="draft"), commit(make_account)
    item, browser = commit(make_item, status="approved", campaign_id=campaign.id), as_user("operator")
    data = {**NOW, "accounts": [account.id], "key": str(uuid.uuid4())}
    assert browser.post(f"/content/{item.id}/publish", data=data).status_code == 409 and records() == 0
    assert browser.post(f"/campaigns/{campaign.id}/start").status_code == 303
    first, second = (browser.post(f"/content/{item.id}/publish", data=data) for _ in range(2))
    assert first.status_code == 303 and first.location == second.location and records() == 1


def test_two_hundred_accounts_cost_no_more_statements_than_two(as_user, commit, statements):
    item, browser = commit(make_item, status="approved"), as_user("operator")
    counts = []
    for many in (2, 198):
        commit(lambda many=many: [make_account(p) for p in ("site", "sandbox") for _ in range(many // 2)])
        browser.get(f"/content/{item.id}/publish")
        with statements() as ran:
            assert browser.get(f"/content/{item.id}/publish").text.count('name="accounts"') in (2, 200)
        counts.append(len([s for s in ran if "system_config" not in s]))
    assert counts[0] == counts[1] <= 11, counts
