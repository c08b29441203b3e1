"""Nothing is posted twice beside an earlier version, and nothing goes where it does not fit, unless a person says so there."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.models import Account
from app.content import actions as content
from app.content.models import Artifact, ContentItem
from app.core import settings
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.publishing.actions.schedule import schedule
from app.publishing.models import PublishJob, PublishRecord
from app.reviews.models import ApprovalRequest
from app.staff.models import User
from tests.factories import act_as, make_account, make_item, make_review, make_user, version_of
from tests.integration.reviews import desk
from tests.integration.reviews.test_queue_page import HTMX, fields
from tests.publishing_desk import by_hand

NOW = {"timing": "now", "timezone": "UTC", "priority": "0"}
LONG = "Five stones. " * 40
"""520 characters: our site takes them, Bluesky does not."""
TOO_LONG = "too long (the limit is 300)"


def ticks(page: str, name: str = "accounts") -> dict[str, bool]:
    """id → whether its box is ticked."""
    boxes = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    return {re.search(r'value="([^"]+)"', box).group(1): " checked" in box for box in boxes}


def sent() -> list[tuple[str, int]]:
    """(account, version) of every record."""
    statement = sa.select(PublishRecord.account_name, Artifact.version).join(
        PublishJob, PublishJob.id == PublishRecord.job_id
    )
    statement = statement.join(Artifact, Artifact.id == PublishJob.artifact_id)
    return transaction(lambda: sorted(tuple(row) for row in db.session.execute(statement)))


def correct(item_id: uuid.UUID) -> None:
    """Version 2: edited, not yet in review."""
    item = db.session.get_one(ContentItem, item_id)
    seen = version_of(item)
    author = db.session.get_one(User, item.created_by)
    act_as(author, content.save_version, item, {**seen.payload, "body": "Corrected: four stones."}, seen.id)


def approve(item_id: uuid.UUID) -> None:
    item = db.session.get_one(ContentItem, item_id)
    content.to_review(item, version_of(item))
    act_as(make_user("reviewer"), content.set_approved, item, version_of(item))


def first_version(live: Account, failed: Account) -> uuid.UUID:
    item = make_item(status="approved", accounts=[live, failed], at=clock.now() + timedelta(hours=4))
    schedule(item, version_of(item), [live.id, failed.id])
    return item.id


@pytest.fixture
def two(app):
    """An item whose version 1 is live on "Our site" and failed on "Practice"; version 2 is saved."""
    live, failed = transaction(make_account, "site", "Our site"), transaction(make_account, "sandbox", "Practice")
    item_id = transaction(first_version, live, failed)
    where = "UPDATE publish_records SET status = :s, published_at = :at, platform_url = :url WHERE credential_id = :id"
    by_hand(where, s="success", at=clock.now(), url="https://site.example/one", id=live.id)
    by_hand(where, s="failed", at=None, url=None, id=failed.id)
    by_hand("UPDATE content_items SET status = 'published', open_records = 0, live_records = 1")
    transaction(correct, item_id)
    return item_id, live.id, failed.id


@pytest.fixture
def corrected(two):
    """The same, version 2 approved."""
    transaction(approve, two[0])
    return two


def test_an_account_where_an_earlier_version_is_live_is_not_ticked_and_says_so(as_user, corrected):
    """(J25)"""
    item_id, live, failed = corrected
    page = as_user("operator").get(f"/content/{item_id}/publish").text
    assert ticks(page) == {str(live): False, str(failed): True}
    assert "Version 1 is live there" in page and 'href="https://site.example/one"' in page
    assert ticks(page, "again") == {str(live): False}


def test_a_second_post_is_refused_beside_its_account_until_it_is_wanted(as_user, corrected):
    """(J25)"""
    item_id, live, failed = corrected
    browser, data = as_user("operator"), {**NOW, "accounts": [live, failed]}
    answer = browser.post(f"/content/{item_id}/publish", data=data)
    assert answer.status_code == 422 and sent() == [("Our site", 1), ("Practice", 1)]
    assert f'id="err-{live}">Version 1 is live on Our site. ' in answer.text, "a site of that name is named once"
    assert ticks(answer.text) == {str(live): True, str(failed): True}, "what was ticked is kept"
    answer = browser.post(f"/content/{item_id}/publish", data={**data, "again": [live]})
    assert answer.status_code == 303
    assert sent() == [("Our site", 1), ("Our site", 2), ("Practice", 1), ("Practice", 2)]


def test_wanting_a_second_post_on_one_account_says_nothing_of_another(as_user, corrected):
    """(J25)"""
    item_id, live, failed = corrected
    data = {**NOW, "accounts": [live, failed], "again": [failed, "garbage"]}
    assert as_user("operator").post(f"/content/{item_id}/publish", data=data).status_code == 422
    assert len(sent()) == 2


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"status": "unknown"}, "may be out there"),
        ({"status": "confirming"}, "may be out there"),
        ({"status": "failed", "was_unknown": True}, "may be out there"),
        ({"status": "cancelled", "was_unknown": True}, "may be out there"),
        ({"status": "failed", "dead_letter_reason": "given_up"}, "may be out there"),
        ({"status": "pending"}, "is on its way there"),
        ({"status": "cancelled"}, None),
        ({"status": "failed", "dead_letter_reason": "content_rejected"}, None),
    ],
)
def test_what_may_be_out_counts_as_live_and_what_is_surely_not_does_not(as_user, corrected, columns, says):
    """(J25)"""
    item_id, live, _ = corrected
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    by_hand(f"UPDATE publish_records SET published_at = NULL, {sets} WHERE credential_id = :id", id=live, **columns)
    page = as_user("operator").get(f"/content/{item_id}/publish").text
    assert ticks(page)[str(live)] is (says is None)
    assert f"Version 1 {says}" in page if says else "Version 1" not in page


def test_an_account_connected_a_second_time_is_the_same_account(as_user, corrected):
    """(J25, D14) By its place: a DID is the same account whichever server the desk was told to ask."""
    item_id, live, _ = corrected
    by_hand("UPDATE platform_credentials SET remote_account = 'site:did:plc:a' WHERE id = :id", id=live)
    by_hand("UPDATE publish_records SET host = 'old.example'")
    twin = transaction(make_account, "site", "Our site again", remote_account="site:did:plc:a").id
    transaction(make_account, "site", "Another site", remote_account="site:did:plc:b")
    browser = as_user("operator")
    assert browser.get(f"/content/{item_id}/publish").text.count("Version 1 is live there") == 2
    answer = browser.post(f"/content/{item_id}/publish", data={**NOW, "accounts": [twin]})
    assert answer.status_code == 422 and len(sent()) == 2


def test_approve_and_schedule_makes_no_second_post(as_user, two):
    """(J25) The door of the reviewers has nobody to ask about a second post: it says where to go."""
    key = transaction(lambda: make_review(db.session.get_one(ContentItem, two[0]), status="pending").id)
    operator = as_user("operator")
    page = operator.get(f"/reviews/{key}").text
    answer = operator.post(f"/reviews/{key}/decisions", data={**fields(page), "schedule": "1"}, headers=HTMX)
    assert answer.status_code == 422 and "say on the publish page that you want a second post" in answer.text
    assert desk.fresh(ApprovalRequest, key).status == "in_review" and len(sent()) == 2
    answer = operator.post(f"/reviews/{key}/decisions", data=fields(operator.get(f"/reviews/{key}").text), headers=HTMX)
    assert answer.status_code == 200 and desk.fresh(ApprovalRequest, key).status == "approved" and len(sent()) == 2


def test_a_desk_that_schedules_on_approval_leaves_out_what_would_be_a_second_post(as_user, two):
    """(J25) Approving stays possible; the accounts where nothing is live follow the plan."""
    transaction(settings.put, "reviews.schedule_on_approval", True)
    key = transaction(lambda: make_review(db.session.get_one(ContentItem, two[0]), status="pending").id)
    operator = as_user("operator")
    answer = operator.post(f"/reviews/{key}/decisions", data=fields(operator.get(f"/reviews/{key}").text), headers=HTMX)
    assert answer.status_code == 200 and desk.fresh(ApprovalRequest, key).status == "approved"
    assert sent() == [("Our site", 1), ("Practice", 1), ("Practice", 2)]


def test_a_text_that_does_not_fit_an_account_cannot_be_ticked_and_is_refused_beside_it(as_user, commit):
    """(J26)"""
    site, sky = commit(make_account, "site", "Our site"), commit(make_account, "bluesky", "stones.example")
    item, browser = commit(make_item, body=LONG, status="approved"), as_user("operator")
    page = browser.get(f"/content/{item.id}/publish").text
    assert ticks(page) == {str(site.id): True} and TOO_LONG in page
    answer = browser.post(f"/content/{item.id}/publish", data={**NOW, "accounts": [site.id, sky.id]})
    assert answer.status_code == 422 and TOO_LONG in answer.text and sent() == []
    assert browser.post(f"/content/{item.id}/publish", data={**NOW, "accounts": [site.id]}).status_code == 303


def test_an_account_is_judged_by_its_own_limits_not_by_its_platforms(as_user, commit):
    """(J26)"""
    small, large = (
        commit(make_account, "mastodon", name, configuration={"limits": {"max_characters": most}})
        for name, most in (("small.example", 500), ("large.example", 5000))
    )
    item = commit(make_item, body=LONG, status="approved")
    page = as_user("operator").get(f"/content/{item.id}/publish").text
    assert str(large.id) in ticks(page) and str(small.id) not in ticks(page)


SMALL = "UPDATE platform_credentials SET configuration = jsonb_build_object('limits', jsonb_build_object('max_characters', 5))"


@pytest.mark.parametrize("by_setting", [False, True])
def test_approving_schedules_nothing_on_an_account_whose_limits_shrank_since_the_review_was_asked_for(
    as_user, commit, by_setting
):
    """(J26) It fitted when it was asked for. Approve-and-schedule and a desk that schedules by itself say why; a plain approval
    of the same page is taken."""
    transaction(settings.put, "reviews.schedule_on_approval", by_setting)
    elephant = commit(make_account, "mastodon", "stones.example")
    at = clock.now() + timedelta(hours=4)
    key = transaction(lambda: make_review(make_item(accounts=[elephant], at=at), status="pending").id)
    by_hand(SMALL)
    operator = as_user("operator")
    data = {**fields(operator.get(f"/reviews/{key}").text), **({} if by_setting else {"schedule": "1"})}
    answer = operator.post(f"/reviews/{key}/decisions", data=data, headers=HTMX)
    assert answer.status_code == 422 and "Mastodon stones.example: " in answer.text and "too long" in answer.text
    assert desk.fresh(ApprovalRequest, key).status == "in_review" and sent() == []
    transaction(settings.put, "reviews.schedule_on_approval", False)
    answer = operator.post(f"/reviews/{key}/decisions", data=fields(operator.get(f"/reviews/{key}").text), headers=HTMX)
    assert answer.status_code == 200 and desk.fresh(ApprovalRequest, key).status == "approved" and sent() == []


def test_only_what_the_page_offered_can_be_ticked_on_it(as_user, commit):
    """(J1) An account that came after the page was made is not published to by a form that never showed it."""
    old, browser = commit(make_account, "site", "Old one"), as_user("operator")
    item = commit(make_item, status="approved")
    offered = re.search(r'name="offered" value="([^"]*)"', browser.get(f"/content/{item.id}/publish").text).group(1)
    new = commit(make_account, "sandbox", "New one")
    answer = browser.post(f"/content/{item.id}/publish", data={**NOW, "accounts": [old.id, new.id], "offered": offered})
    assert answer.status_code == 422 and f'id="err-{new.id}"' in answer.text and sent() == []


def test_a_form_that_made_its_job_makes_no_other_whatever_is_ticked_in_it_later(as_user, commit):
    """(J1)"""
    one, other = commit(make_account, "site", "One"), commit(make_account, "sandbox", "Other")
    item, browser = commit(make_item, status="approved"), as_user("operator")
    key = str(uuid.uuid4())
    first = browser.post(f"/content/{item.id}/publish", data={**NOW, "accounts": [one.id], "key": key})
    second = browser.post(f"/content/{item.id}/publish", data={**NOW, "accounts": [other.id], "key": key})
    assert second.location == first.location and sent() == [("One", 1)]
    assert "Nothing was published on other accounts" in browser.get(second.location).text
