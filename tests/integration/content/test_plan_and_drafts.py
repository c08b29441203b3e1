"""The plan beside the text, and what is kept of a text that was not saved."""

from __future__ import annotations

import contextlib
import re
import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.actions.checks import settle_check
from app.content.actions import drafts
from app.content.actions.drafts import MOST_UNSAVED
from app.content.models import ContentDraft, ContentItem
from app.content.payloads import normalize
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.lib.errors import Invalid
from app.platforms.base import Refused
from tests.factories import act_as, make_account, make_item, make_user, version_of
from tests.integration.content.test_composer import form, fresh, items, typed_back

PLANS = [
    ({"plan_on": "2020-01-01", "plan_at": "10:00"}, "That time is over"),
    ({"plan_on": "2027-03-28", "plan_at": "02:30", "plan_zone": "Europe/Berlin"}, "does not exist"),
    ({"plan_on": "2027-10-31", "plan_at": "02:30", "plan_zone": "Europe/Berlin"}, "comes twice"),
    ({"plan_on": "2027-01-01", "plan_at": ""}, "Enter a date and a time"),
    ({"plan_on": "soon", "plan_at": "10:00"}, "Enter a date and a time"),
    ({"plan_on": "2027-01-01", "plan_at": "10:00", "plan_zone": "Mars/Base"}, "is not a time zone"),
    ({"plan_on": "2027-01-01", "plan_at": "10:00", "plan_zone": "localtime"}, "is not a time zone"),
]


@pytest.mark.parametrize(("plan", "words"), PLANS)
def test_a_time_that_cannot_be_is_refused_beside_its_field(app, as_user, plan, words):
    answer = as_user("editor").post("/content/new", data=form(**plan))
    assert answer.status_code == 422 and words in answer.get_data(as_text=True) and items() == []


def test_a_time_that_comes_twice_can_be_chosen_and_comes_back(app, as_user):
    editor = as_user("editor")
    plan = {"plan_on": "2027-10-31", "plan_at": "02:30", "plan_zone": "Europe/Berlin", "plan_which": "second"}
    assert editor.post("/content/new", data=form(**plan)).status_code == 303
    item = items()[0]
    assert item.scheduled_for == datetime(2027, 10, 31, 1, 30, tzinfo=UTC) and item.timezone == "Europe/Berlin"
    html = editor.get(f"/content/{item.id}/edit").get_data(as_text=True)
    assert 'value="02:30"' in html and re.search(r'value="second" checked', html)
    assert editor.post(f"/content/{item.id}/edit", data=form(item, **plan)).status_code == 303


FAR = [("9999-12-31", "UTC"), (f"{clock.now().year + 36}-01-01", "Africa/Addis_Ababa")]


@pytest.mark.parametrize(("on", "zone"), FAR)
def test_a_plan_of_years_ahead_is_refused_beside_its_day_and_nothing_typed_is_lost(app, commit, as_user, on, zone):
    editor, account = as_user("editor"), commit(make_account)
    typed = {"body": "Half a day of work", "tags": "stones", "accounts": [str(account.id)]}
    plan = {"plan_on": on, "plan_at": "10:00", "plan_zone": zone}
    answer = editor.post("/content/new", data=form(**typed, **plan))
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422 and items() == []
    assert '<a href="#plan_on">This is more than two years ahead' in html and 'id="plan-err"' in html
    assert typed_back(html, "body") == typed["body"] and 'value="stones"' in html and f'value="{on}"' in html
    assert re.search(rf'value="{account.id}"[^>]* checked', html)
    assert f'value="{zone.replace("_", " ")}" list="plan-zones"' in html
    item = commit(make_item, by=editor.user)
    wrong = editor.post(f"/content/{item.id}/edit", data=form(item, title="", body="", **plan))
    html = wrong.get_data(as_text=True)
    assert wrong.status_code == 422 and "two years ahead" in html and "Give it a title" in html
    assert fresh(ContentItem, item.id).scheduled_for is None and version_of(fresh(ContentItem, item.id)).version == 1


def test_a_plan_made_before_there_was_a_bound_does_not_stop_an_edit(app, commit, as_user):
    editor = as_user("editor")
    item = commit(make_item, by=editor.user)
    on = f"{clock.now().year + 5}-01-01"
    commit(
        lambda: setattr(db.session.get(ContentItem, item.id), "scheduled_for", datetime.fromisoformat(f"{on}T10:00Z"))
    )
    same = form(item, body="new", plan_on=on, plan_at="10:00")
    assert editor.post(f"/content/{item.id}/edit", data=same).status_code == 303
    assert version_of(fresh(ContentItem, item.id)).version == 2


def test_an_old_plan_does_not_stop_an_edit(app, commit, as_user):
    editor = as_user("editor")
    soon = (clock.now() + timedelta(seconds=90)).replace(second=0, microsecond=0)
    item = commit(make_item, by=editor.user, at=soon)
    clock.set_offset(timedelta(hours=1))
    try:
        answer = editor.post(
            f"/content/{item.id}/edit", data=form(item, body="new", plan_on=f"{soon:%Y-%m-%d}", plan_at=f"{soon:%H:%M}")
        )
    finally:
        clock.set_offset(timedelta(0))
    assert answer.status_code == 303 and version_of(fresh(ContentItem, item.id)).version == 2


def test_the_draft_is_kept_offered_and_discarded(app, commit, as_user):
    editor = as_user("editor")
    item = commit(make_item, by=editor.user)
    kept = editor.post(f"/content/{item.id}/draft", data=form(item, body="half a sentence", plan_on="2030-01-01"))
    assert kept.status_code == 200 and kept.json["saved_at"]
    html = editor.get(f"/content/{item.id}/edit").get_data(as_text=True)
    assert (
        typed_back(html, "body") == "half a sentence" and "Your unsaved text" in html and 'value="2030-01-01"' in html
    )
    assert (
        typed_back(as_user("editor").get(f"/content/{item.id}/edit").get_data(as_text=True), "body")
        != "half a sentence"
    )
    assert editor.post(f"/content/{item.id}/draft/discard", data={"to": "item"}).status_code == 303
    assert db.session.query(ContentDraft).count() == 0


def test_new_texts_of_one_person_are_kept_up_to_a_bound_and_none_gives_way(app, as_user, commit):
    """(S7) Every invented id made one more row of up to 300,000 characters."""
    editor, other = as_user("editor"), as_user("editor")
    item, texts = commit(make_item, by=editor.user), [form(title=f"Text {n}") for n in range(MOST_UNSAVED + 1)]
    *kept, last = texts
    assert {editor.post(f"/content/{text['item']}/draft", data=text).status_code for text in kept} == {200}
    refused = editor.post(f"/content/{last['item']}/draft", data=last)
    assert refused.status_code == 422 and "save or discard an older one" in refused.json["message"]
    assert db.session.query(ContentDraft).count() == MOST_UNSAVED
    again = {**kept[0], "body": "goes on"}
    assert editor.post(f"/content/{again['item']}/draft", data=again).status_code == 200
    assert editor.post(f"/content/{item.id}/draft", data=form(item, body="an edit")).status_code == 200
    assert other.post(f"/content/{last['item']}/draft", data=last).status_code == 200
    editor.post(f"/content/{kept[1]['item']}/draft/discard")
    assert editor.post(f"/content/{last['item']}/draft", data=last).status_code == 200


def test_two_new_texts_at_once_do_not_pass_the_bound(app, as_user, monkeypatch):
    """(S7) Both would see the last free place."""
    monkeypatch.setattr(drafts, "MOST_UNSAVED", 3)
    editor, barrier = as_user("editor").user, threading.Barrier(6)

    def begin():
        text = normalize({"title": "Text"})
        with app.app_context():
            barrier.wait()
            with contextlib.suppress(Invalid):
                transaction(act_as, editor, drafts.autosave, uuid.uuid4(), text, {}, None, False)

    writers = [threading.Thread(target=begin) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert db.session.query(ContentDraft).count() == 3


def test_a_new_text_that_was_never_saved_is_offered_in_the_list(app, as_user):
    editor, data = as_user("editor"), form(title="Never saved")
    editor.post(f"/content/{data['item']}/draft", data=data)
    assert "Never saved" in editor.get("/content").get_data(as_text=True)
    html = editor.get(f"/content/new?draft={data['item']}").get_data(as_text=True)
    assert typed_back(html, "title") == "Never saved" and data["item"] in html
    editor.post("/content/new", data=data)
    assert db.session.query(ContentDraft).count() == 0


def test_others_writing_are_shown(app, commit, as_user):
    mara = as_user(commit(make_user, "editor", full_name="Mara Voss"))
    item = commit(make_item)
    mara.post(f"/content/{item.id}/draft", data=form(item, body="hers"))
    assert "Mara Voss</span> is writing here too" in as_user("editor").get(f"/content/{item.id}/edit").get_data(
        as_text=True
    )


def test_the_plan_shows_accounts_that_expire_are_paused_or_not_free(app, commit, as_user):
    commit(make_account, "sandbox", "Soon over", expires_at=clock.now() + timedelta(days=2))
    paused = commit(make_account, "sandbox", "Asleep", paused_at=clock.now())
    editor = as_user("editor")
    html = editor.get("/content/new").get_data(as_text=True)
    assert "Expires soon" in html and "Asleep" not in html
    item = commit(make_item, accounts=[paused])
    assert "Asleep" in editor.get(f"/content/{item.id}/edit").get_data(as_text=True)


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("instance", "Address unusable"),
        ("url", "Address unusable"),
        ("access_token", "Sign-in refused"),
        ("", "Sign-in refused"),
    ],
)
def test_an_account_whose_address_is_at_fault_is_not_said_to_refuse_the_sign_in(app, commit, as_user, field, word):
    account = commit(make_account, "mastodon", "Faulty", status="checking")
    commit(settle_check, account.id, Refused("10.0.0.1 is a private or reserved address.", field=field))
    editor = as_user("editor")
    item = commit(make_item, by=editor.user, accounts=[account])
    other = ({"Address unusable", "Sign-in refused"} - {word}).pop()
    for page in (f"/content/{item.id}", f"/content/{item.id}/edit"):
        html = editor.get(page).get_data(as_text=True)
        assert f"{word}</span>" in html and other not in html, page
