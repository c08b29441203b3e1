"""The page of a job follows its records by itself, cheaply, and calls them by one word everywhere."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.core.db import db
from app.lib import clock
from app.publishing.actions.holds import hold
from app.publishing.models import PublishJob, PublishRecord
from tests.factories import make_record
from tests.integration.test_statements import MOST, counted

HTMX = {"HX-Request": "true", "HX-Target": "job"}


def head(page):
    """The badge on top of the job's page."""
    return re.sub(r"<[^>]+>", " ", page.split('<div class="head">')[1].split('<span class="meta">')[0]).split()


def poll(page):
    found = re.search(r'hx-get="(/jobs/[^"]+/live[^"]*)"\s+hx-trigger="every (\d+)s"', page)
    return (found[1].replace("&amp;", "&"), int(found[2])) if found else None


def test_a_job_that_is_due_waits_and_the_page_follows_it(as_user, commit):
    record, browser = (
        commit(make_record, status="pending", due_at=clock.now() - timedelta(seconds=1)),
        as_user("viewer"),
    )
    page = browser.get(f"/jobs/{record.job_id}").get_data(as_text=True)
    assert head(page) == ["Waiting"]
    live, seconds = poll(page)
    assert seconds == 3
    with counted() as seen:
        assert browser.get(live, headers=HTMX).status_code == 204
    assert len(seen) <= 4

    def sent():
        found = db.session.get(PublishRecord, record.id)
        found.status, found.published_at = "success", clock.now()
        db.session.get(PublishJob, record.job_id).status = "success"

    commit(sent)
    with counted() as seen:
        answer = browser.get(live, headers=HTMX)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200 and len(seen) <= MOST and "<html" not in text and head(text) == ["Published"]
    assert 'id="status" hx-swap-oob="morph"' in text and poll(text) is None


@pytest.mark.parametrize(
    ("columns", "stored", "word"),
    [
        ({"status": "unknown", "next_retry_at": None}, "running", ["Needs", "a", "look"]),
        ({"status": "publishing"}, "running", ["Publishing"]),
        ({"status": "pending", "due_at": "later"}, "pending", ["Scheduled"]),
    ],
)
def test_job_queue_and_same_job_say_what_the_record_says(as_user, commit, columns, stored, word):
    later = {"due_at": clock.now() + timedelta(days=1)} if columns.pop("due_at", "") else {}
    record, browser = commit(make_record, **columns, **later), as_user("viewer")
    commit(lambda: setattr(db.session.get(PublishJob, record.job_id), "status", stored))
    assert head(browser.get(f"/jobs/{record.job_id}").get_data(as_text=True)) == word
    row = browser.get("/jobs").get_data(as_text=True).split("<tbody>")[1]
    assert " ".join(word) in row
    same = browser.get(f"/records/{record.id}").get_data(as_text=True).split('id="job-h"')[1].split("</section>")[0]
    assert same.count(" ".join(word)) == 2


def test_a_held_job_is_on_hold_on_every_page(as_user, commit):
    record, browser = commit(make_record, status="pending", due_at=clock.now() + timedelta(days=1)), as_user("viewer")
    commit(hold, "record", record.id, "human", "Wait")
    page = browser.get(f"/jobs/{record.job_id}").get_data(as_text=True)
    assert head(page) == ["On", "hold"] and poll(page) is None
    same = browser.get(f"/records/{record.id}").get_data(as_text=True).split('id="job-h"')[1].split("</section>")[0]
    assert same.count("On hold") == 2 and "Scheduled" not in same


def test_a_job_of_nothing_is_not_polled_for_ever(as_user):
    answer = as_user("viewer").get("/jobs/00000000-0000-0000-0000-000000000000/live", headers=HTMX)
    assert answer.status_code == 404
