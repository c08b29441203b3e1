"""What an older desk has written down goes on working: jobs in Redis, entries of the trail, addresses, open tabs."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest

from app.audit import words
from app.audit.actions import record
from app.core import queue
from app.core.worker_job import Refused, parse_call


def packed(name: str, *args: str) -> bytes:
    """A job's data as a desk writes them."""
    return json.dumps([queue.PERFORM, None, [name, *args], {}]).encode()


@pytest.mark.parametrize(
    ("old", "new", "args"),
    [
        ("publishing.deliver", "delivery.deliver", ("why",)),
        ("publishing.check_twins", "delivery.check_duplicates", ()),
        ("accounts.mail_links", "staff.mail_links", ()),
        ("vault.verify", "accounts.verify", ("11111111-2222-3333-4444-555555555555",)),
        ("audit.ring_open", "audit.redeliver", ()),
    ],
)
def test_a_job_that_was_asked_for_under_its_former_name_is_performed(app, old, new, args):
    assert parse_call(packed(old, *args)) == (new, *args)


def test_a_name_that_no_job_ever_had_is_still_refused(app):
    with pytest.raises(Refused):
        parse_call(packed("vault.open_all"))


def test_a_former_name_never_hides_a_job_of_today(app):
    assert queue._CURRENT.keys().isdisjoint(queue.JOBS)


@pytest.mark.parametrize(
    ("old", "sentence"),
    [
        ("accounts.sign_in", "Signed in"),
        ("accounts.rename", "Name changed"),
        ("vault.connect", "Account connected"),
        ("vault.left_active", "Account stopped"),
        ("operations.save_view", "View saved"),
    ],
)
def test_an_entry_of_the_trail_is_read_by_the_name_that_its_room_had(app, old, sentence):
    assert words.sentence(old) == sentence and words.is_described(old)


def test_a_former_name_never_means_an_action_of_today(app):
    """Else an old entry about a person would be read as one about an account."""
    assert words._CURRENT.keys().isdisjoint(words._WORDS)


def test_the_list_is_narrowed_to_an_action_under_all_its_names(as_user, commit):
    commit(record, "accounts.change_role", ("users", "7"), label="Old entry")
    commit(record, "staff.change_role", ("users", "7"), label="New entry")
    commit(record, "staff.suspend", ("users", "7"), label="Another thing")
    admin = as_user("admin")
    for name in ("staff.change_role", "accounts.change_role"):
        page = admin.get(f"/audit?action={name}").text
        assert "Old entry" in page and "New entry" in page and "Another thing" not in page
    assert admin.get("/audit").text.count(">Role changed</option>") == 1


@pytest.mark.parametrize("page", ["", "/password", "/sessions", "/second-factor", "/confirm"])
def test_the_pages_about_oneself_are_found_at_their_former_address(as_user, page):
    browser = as_user("viewer")
    answer = browser.get(f"/account{page}?x=1&y=Zürich")
    assert answer.status_code == 308 and answer.location == f"/me{page}?x=1&y=Z%C3%BCrich"
    assert browser.get(f"/account{page}", follow_redirects=True).status_code == 200


def test_a_form_of_a_tab_that_was_open_during_the_update_arrives(as_user):
    browser = as_user("viewer")
    form = {"full_name": "Äva 张", "timezone": "UTC", "theme": "dark", "density": "comfortable"}
    answer = browser.post("/account", data=form, follow_redirects=True)
    assert answer.status_code == 200 and "Äva 张" in browser.get("/me").text


def test_no_former_address_leads_away(as_user):
    for page in ("/account//evil.example", "/account/%2F%2Fevil.example/", "/account/..%2f..%2fstaff"):
        location = as_user("viewer").get(page).location or ""
        assert urlsplit(location).netloc in ("", "localhost") and not location.startswith("//"), location
