"""From an approved item to a job: publish now, schedule, and what is refused."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.lib import clock
from app.publishing.actions.holds import hold
from app.publishing.models import PublishHold, PublishJob, PublishRecord
from tests.factories import make_account, make_item, make_record
from tests.integration.publishing_pages.days import BACK, FORWARD, YEAR

NOW = {"timing": "now", "timezone": "UTC", "priority": "0"}


def later(**more):
    return {
        "timing": "later",
        "on": f"{YEAR}-07-01",
        "at": "09:30",
        "timezone": "Africa/Addis_Ababa",
        "priority": "1",
        **more,
    }


def jobs():
    db.session.expire_all()
    return db.session.scalars(sa.select(PublishJob)).all()


def test_publish_now_makes_one_record_an_account(as_user, commit):
    accounts = [commit(make_account, "site"), commit(make_account, "sandbox")]
    item, browser = commit(make_item, status="approved"), as_user("operator")
    page = browser.get(f"/content/{item.id}/publish").get_data(as_text=True)
    assert all(a.account_name in page for a in accounts) and "version 1" in page
    answer = browser.post(f"/content/{item.id}/publish", data={**NOW, "accounts": [a.id for a in accounts]})
    assert answer.status_code == 303 and len(jobs()) == 1 and answer.location == f"/jobs/{jobs()[0].id}"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PublishRecord)) == 2
    assert browser.get(answer.location).status_code == 200


def test_schedule_keeps_the_zone_and_the_moment(as_user, commit):
    item, account = commit(make_item, status="approved"), commit(make_account, "site")
    answer = as_user("operator").post(f"/content/{item.id}/publish", data=later(accounts=[account.id]))
    assert answer.status_code == 303
    job = jobs()[0]
    assert (
        job.scheduled_at.isoformat().startswith(f"{YEAR}-07-01T06:30")
        and job.timezone == "Africa/Addis_Ababa"
        and job.priority == 1
    )


def test_the_same_form_sent_twice_makes_one_job(as_user, commit):
    item, account, browser = commit(make_item, status="approved"), commit(make_account, "site"), as_user("operator")
    page = browser.get(f"/content/{item.id}/publish").get_data(as_text=True)
    key = re.search(r'name="key"[^>]*value="([0-9a-f-]{36})"', page).group(1)
    first, second = (
        browser.post(f"/content/{item.id}/publish", data={**NOW, "accounts": [account.id], "key": key})
        for _ in range(2)
    )
    assert first.location == second.location and len(jobs()) == 1


@pytest.mark.parametrize(("data", "says"), [
    ({}, "Choose at least one account"), ({"accounts": ["00000000-0000-0000-0000-000000000000"]}, "account"),
    ({"accounts": ["garbage"]}, "account"),
])  # fmt: skip
def test_no_account_or_a_wrong_one_is_refused_in_words(as_user, commit, data, says):
    item = commit(make_item, status="approved")
    commit(make_account, "site")
    answer = as_user("operator").post(f"/content/{item.id}/publish", data={**NOW, **data})
    assert answer.status_code == 422 and says in answer.get_data(as_text=True) and not jobs()


def test_a_gap_of_the_clock_is_named_and_everything_typed_is_kept(as_user, commit):
    item, account = commit(make_item, status="approved"), commit(make_account, "site")
    data = later(accounts=[account.id], on=FORWARD, at="02:30", timezone="Europe/Berlin")
    answer = as_user("operator").post(f"/content/{item.id}/publish", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "03:30 is the same moment" in page
    assert 'value="02:30"' in page and f'value="{FORWARD}"' in page and f'value="{account.id}" checked' in page


@pytest.mark.parametrize("on", ["9999-12-31", "2062-11-20"])
def test_a_year_typed_wrongly_is_refused(as_user, commit, on):
    item, account = commit(make_item, status="approved"), commit(make_account, "site")
    answer = as_user("operator").post(f"/content/{item.id}/publish", data=later(accounts=[account.id], on=on))
    assert answer.status_code == 422 and "more than two years ahead" in answer.get_data(as_text=True) and not jobs()


def test_which_of_two_hours_is_asked_only_when_it_matters_and_nothing_is_chosen_for_the_reader(as_user, commit):
    item, account, browser = commit(make_item, status="approved"), commit(make_account, "site"), as_user("operator")
    assert 'name="which"' not in browser.get(f"/content/{item.id}/publish").get_data(as_text=True)
    data = later(accounts=[account.id], on=BACK, at="02:30", timezone="Europe/Berlin")
    page = browser.post(f"/content/{item.id}/publish", data=data).get_data(as_text=True)
    asked = re.findall(r'<input[^>]*name="which"[^>]*>', page)
    assert len(asked) == 2 and not any("checked" in one for one in asked)
    assert browser.post(f"/content/{item.id}/publish", data={**data, "which": "second"}).status_code == 303


def test_a_gap_between_posts_is_refused_with_the_next_free_moment(as_user, commit):
    account = commit(make_account, "site", configuration={"min_gap": 180})
    commit(
        make_record,
        status="pending",
        account=account,
        due_at=clock.now().replace(year=YEAR, month=7, day=1, hour=6, minute=0, second=0, microsecond=0),
    )
    item, browser = commit(make_item, status="approved"), as_user("operator")
    answer = browser.post(f"/content/{item.id}/publish", data=later(accounts=[account.id]))
    assert answer.status_code == 422 and "The next free moment is" in answer.get_data(as_text=True)
    assert browser.post(f"/content/{item.id}/publish", data=later(accounts=[account.id], waive="y")).status_code == 303


def test_what_no_approval_covers_is_not_published(as_user, commit):
    item = commit(make_item, status="draft")
    answer = as_user("operator").get(f"/content/{item.id}/publish")
    assert answer.status_code == 409 and "Ask for a review first" in answer.get_data(as_text=True)


def test_an_account_that_is_down_or_done_cannot_be_ticked(as_user, commit):
    commit(make_account, "site", name="Paused one", paused_at=clock.now())
    site, browser = commit(make_account, "site", name="Done one"), as_user("operator")
    item = commit(make_item, status="approved")
    browser.post(f"/content/{item.id}/publish", data={**NOW, "accounts": [site.id]})
    page = browser.get(f"/content/{item.id}/publish").get_data(as_text=True)
    assert 'name="accounts"' not in page and "on its way there" in page and "paused" in page
    assert browser.post(f"/content/{item.id}/publish", data={**NOW, "accounts": [site.id]}).status_code == 422


@pytest.mark.parametrize("role", ["viewer", "editor", "reviewer"])
def test_making_a_job_needs_an_operator(as_user, commit, role):
    item = commit(make_item, status="approved")
    assert as_user(role).get(f"/content/{item.id}/publish").status_code == 403


def test_the_job_page_and_its_cancel(as_user, commit):
    record, browser = commit(make_record, status="pending", due_at=clock.now() + timedelta(days=1)), as_user("operator")
    page = browser.get(f"/jobs/{record.job_id}").get_data(as_text=True)
    assert record.account_name in page and "Cancel job" in page
    assert record.account_name in browser.get("/jobs").get_data(as_text=True)
    assert browser.get(f"/jobs/{record.job_id}/cancel").status_code == 200
    assert browser.post(f"/jobs/{record.job_id}/cancel").status_code == 303
    assert jobs()[0].status == "cancelled" and browser.post(f"/jobs/{record.job_id}/cancel").status_code == 409
    assert browser.get("/jobs.csv").status_code == 200


def test_the_emergency_hold_needs_a_reason_stands_on_every_list_and_is_released(as_user, commit):
    record, browser = commit(make_record, status="pending"), as_user("operator")
    assert browser.post("/holds", data={"note": " "}).status_code == 422
    assert browser.post("/holds", data={"note": "Wrong price in all texts"}).status_code == 303
    for address in ("/records", "/holds", f"/records/{record.id}", f"/jobs/{record.job_id}"):
        assert "Wrong price in all texts" in browser.get(address).get_data(as_text=True), address
    held = db.session.scalars(sa.select(PublishHold)).one()
    assert "Release this hold?" in browser.get(f"/holds/{held.id}/release").get_data(as_text=True)
    assert browser.post(f"/holds/{held.id}/release", data={"note": "Corrected"}).status_code == 303
    assert browser.post(f"/holds/{held.id}/release").status_code == 409
    page = browser.get("/holds").get_data(as_text=True)
    assert "Nothing is on hold" in page and "released by" in page


def test_holds_name_what_they_cover_and_viewers_cannot_release(as_user, commit):
    account = commit(make_account, "sandbox", name="Loud account")
    record = commit(make_record, status="pending", title="Held title")
    commit(hold, "account", account.id, "account_paused", "")
    commit(hold, "record", record.id, "human", "")
    commit(hold, "platform", "bluesky", "policy", "")
    browser = as_user("viewer")
    page = browser.get("/holds").get_data(as_text=True)
    assert (
        "Loud account" in page and "Held title" in page and "Everything for Bluesky" in page and "/release" not in page
    )
    assert browser.post("/holds", data={"note": "x"}).status_code == 403
