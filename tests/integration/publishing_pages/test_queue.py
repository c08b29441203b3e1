"""The queue: what it is narrowed by is what its rows say, at the cost of a page."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from itertools import combinations

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.lib import clock
from app.publishing.actions.holds import hold
from app.publishing.models import PublishHold, PublishJob, PublishRecord
from app.publishing.pages import badges as badge_words
from app.publishing.queries import jobs as queries
from app.publishing.queries.badges import JOB_BADGES
from app.publishing.rollup import job_status
from app.publishing.views.jobs import _keys
from app.web import labels
from bench import data
from tests.factories import make_account, make_campaign, make_record
from tests.integration.test_statements import MOST, counted

LATER, EARLIER = timedelta(days=1), -timedelta(minutes=1)
STATES = {
    "scheduled": ("pending", LATER, None), "due": ("pending", EARLIER, None), "publishing": ("publishing", EARLIER, None),
    "confirming": ("confirming", EARLIER, LATER), "unknown": ("unknown", EARLIER, LATER), "needs_look": ("unknown", EARLIER, None),
    "retrying": ("retrying", EARLIER, LATER), "held": ("pending", LATER, None), "held_retry": ("retrying", EARLIER, LATER),
    "success": ("success", EARLIER, None), "failed": ("failed", EARLIER, None), "cancelled": ("cancelled", EARLIER, None),
}  # fmt: skip


def rows(page):
    """(title, badge) of each row."""
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    return [
        (
            re.search(r'dir="auto">([^<]*)<', row)[1],
            re.sub(r"<[^>]+>", "", row.split("<td>")[1].split("</td>")[0]).strip(),
        )
        for row in body.split("<tr>")[1:]
    ]


def every_pair():
    """A job for each state, one for each two of them, and one without records; all of one content item."""
    first = make_record("pending")
    given = db.session.get_one(PublishJob, first.job_id)
    for states in [()] + [(one,) for one in STATES] + list(combinations(STATES, 2)):
        stored = job_status([STATES[state][0] for state in states])
        job = PublishJob(content_id=given.content_id, artifact_id=given.artifact_id, platforms=["site"], status=stored)
        db.session.add(job)
        db.session.flush()
        for n, state in enumerate(states):
            status, due, again = STATES[state]
            moment = clock.now()
            columns = {"due_at": moment + due, "next_retry_at": again and moment + again, "lease_owner": None}
            row = PublishRecord(job_id=job.id, platform="site", account_name=str(n), status=status, **columns)
            if status == "publishing":
                row.lease_owner, row.lease_expires_at, row.step = "worker-1", moment + LATER, "prepare"
            db.session.add(row)
            db.session.flush()
            if state.startswith("held"):
                db.session.add(PublishHold(scope="record", scope_id=str(row.id), reason="human"))
    db.session.flush()


def badges():
    """Job → the word that its row shows."""
    found = {}
    for job in db.session.scalars(sa.select(PublishJob)):
        records = db.session.scalars(sa.select(PublishRecord).where(PublishRecord.job_id == job.id)).all()
        keys = _keys(queries.hold_subjects(job, records), records)
        found[job.id] = labels.status(badge_words.job_badge_key(job.status, list(keys.values())), "job").word
    return found


def test_every_job_is_found_under_the_word_of_its_badge_and_under_no_other(app, commit):
    commit(every_pair)
    said = badges()
    assert set(said.values()) == {word for _, word in JOB_BADGES} and len(said) > 75
    for key, word in JOB_BADGES:
        with_it = {row.id for row in queries.JOBS.rows({"status": key})}
        assert with_it == {job for job, one in said.items() if one == word}, key
        assert queries.JOBS.count({"status": key}) == len(with_it)
    exported = {row.id: labels.status(row.badge, "job").word for row in queries.EXPORT.rows({})}
    assert exported == said


@pytest.mark.parametrize("scope", ["all", "record", "job", "account", "platform", "campaign"])
def test_a_held_job_is_found_as_on_hold_whatever_the_hold_is_on(as_user, commit, scope):
    account, browser = commit(make_account), as_user("viewer")
    held = commit(make_record, account=account, due_at=clock.now() + LATER, title="Held")
    commit(make_record, "retrying", platform="sandbox", due_at=clock.now() + EARLIER, title="Other")
    campaign = commit(make_campaign)
    commit(lambda: setattr(db.session.get(PublishJob, held.job_id), "campaign_id", campaign.id))
    ids = {
        "all": "",
        "record": held.id,
        "job": held.job_id,
        "account": account.id,
        "platform": "site",
        "campaign": campaign.id,
    }
    commit(hold, scope, ids[scope], "emergency" if scope == "all" else "human")
    page = browser.get("/jobs?status=held").get_data(as_text=True)
    assert ("Held", "On hold") in rows(page) and {badge for _, badge in rows(page)} == {"On hold"}
    assert len(rows(page)) == (2 if scope == "all" else 1)
    assert "No jobs match" in browser.get("/jobs?status=scheduled").get_data(as_text=True)
    lines = list(
        csv.DictReader(io.StringIO(browser.get("/jobs.csv?status=held").get_data(as_text=True).lstrip("\ufeff")))
    )
    assert {line["status"] for line in lines} == {"held"} and len(lines) == len(rows(page))


def test_the_filter_offers_each_word_once_and_a_narrowed_page_stays_cheap(app, as_user, owner):
    browser = as_user("viewer")
    data.fill(owner, 400)
    menu = browser.get("/jobs").get_data(as_text=True).split('name="status"')[1].split("</select>")[0]
    assert re.findall(r">([^<]+)</option>", menu)[1:] == [word for _, word in JOB_BADGES]
    for key, word in JOB_BADGES:
        with counted() as seen:
            page = browser.get(f"/jobs?status={key}").get_data(as_text=True)
        assert len(seen) <= MOST, (key, seen)
        assert "No jobs match" in page or {badge for _, badge in rows(page)} == {word}
