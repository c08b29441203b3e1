"""The page of an item follows its records by itself, cheaply, and stops when nothing moves any more."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.content.models import ContentItem
from app.core.db import db
from app.lib import clock
from app.publishing.actions.holds import hold
from app.publishing.actions.rollups import derive
from app.publishing.models import PublishJob, PublishRecord
from tests.factories import make_account, make_item, make_record
from tests.integration.test_statements import MOST, counted

HTMX = {"HX-Request": "true", "HX-Target": "item"}


def poll(page):
    """(address, seconds) of the page's next look; None when it does not look."""
    found = re.search(r'id="item" hx-get="([^"]+)"\s+hx-trigger="every (\d+)s"', page)
    return (found[1].replace("&amp;", "&"), int(found[2])) if found else None


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def of_item(record):
    return db.session.get(PublishJob, record.job_id).content_id


def settle(record, status="success"):
    row = db.session.get(PublishRecord, record.id)
    row.status, row.published_at = status, clock.now()
    row.lease_owner = row.lease_expires_at = row.step = None
    derive(row.job_id)


def test_the_page_follows_its_records_until_they_are_settled(as_user, commit):
    record, browser = commit(make_record, "publishing", due_at=clock.now() - timedelta(seconds=1)), as_user("operator")
    item_id = of_item(record)
    page = browser.get(f"/content/{item_id}").get_data(as_text=True)
    assert "Scheduled" in words(
        page.split('id="item"')[1].split("<h1")[0]
    ) and "0 live, 1 on the way Publishing" in words(page)
    live, seconds = poll(page)
    assert seconds == 3
    with counted() as seen:
        assert browser.get(live, headers=HTMX).status_code == 204
    assert len(seen) <= 6
    commit(settle, record)
    with counted() as seen:
        answer = browser.get(live, headers=HTMX)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200 and len(seen) <= MOST and "<html" not in html and poll(html) is None
    head, facts = html.split('id="facts" hx-swap-oob="morph"')
    assert "Published" in words(head) and "Publish again" in head and "1 live, 0 on the way" in words(facts)
    assert 'id="status" hx-swap-oob="morph"' in html and 'id="activity"' not in html


def test_what_was_chosen_beside_it_is_left_alone_and_an_open_activity_goes_along(as_user, commit):
    record, browser = commit(make_record, "publishing"), as_user("viewer")
    addresses = [
        poll(browser.get(f"/content/{of_item(record)}?tab={tab}").get_data(as_text=True))[0]
        for tab in ("changes", "activity")
    ]
    commit(settle, record, "failed")
    changes, activity = (browser.get(address, headers=HTMX).get_data(as_text=True) for address in addresses)
    assert 'id="activity"' not in changes and 'name="from"' not in changes
    assert 'id="activity" hx-swap-oob="morph"' in activity and "Activity" in activity


@pytest.mark.parametrize(
    ("columns", "seconds"),
    [
        ({"status": "pending"}, 3),
        ({"status": "pending", "due_at": timedelta(days=1)}, None),
        ({"status": "confirming"}, 10),
        ({"status": "retrying"}, 15),
        ({"status": "unknown", "next_retry_at": None}, None),
        ({"status": "success"}, None),
    ],
)
def test_it_looks_as_often_as_its_fastest_record_and_never_for_what_rests(as_user, commit, columns, seconds):
    if "due_at" in columns:
        columns = {**columns, "due_at": clock.now() + columns["due_at"]}
    record, browser = commit(make_record, **columns), as_user("viewer")
    found = poll(browser.get(f"/content/{of_item(record)}").get_data(as_text=True))
    assert (found and found[1]) == seconds


def test_a_hold_stops_it_and_says_so(as_user, commit):
    record, browser = commit(make_record, "pending"), as_user("viewer")
    live, _ = poll(browser.get(f"/content/{of_item(record)}").get_data(as_text=True))
    commit(hold, "record", record.id, "human", "Wait")
    html = browser.get(live, headers=HTMX).get_data(as_text=True)
    assert poll(html) is None and "on the way On hold" in words(html)


def test_an_item_without_records_asks_for_nothing(as_user, commit):
    browser = as_user("editor")
    item = commit(make_item, by=browser.user, accounts=[commit(make_account)])
    assert poll(browser.get(f"/content/{item.id}").get_data(as_text=True)) is None
    commit(lambda: setattr(db.session.get(ContentItem, item.id), "deleted_at", clock.now()))
    assert browser.get(f"/content/{item.id}/live", headers=HTMX).status_code == 404
