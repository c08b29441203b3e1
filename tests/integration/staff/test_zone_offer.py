"""Whoever has never chosen a time zone is offered the browser's, once; the first admin, too."""

from __future__ import annotations

import pytest

from app.staff.queries import by_id
from tests.factories import make_user


def zone_of(commit, browser):
    return commit(by_id, browser.user.id).preferences.get("timezone")


def offers(browser):
    return "data-zone-offer" in browser.get("/me").get_data(as_text=True)


@pytest.mark.parametrize(
    ("said", "kept"),
    [("Europe/Berlin", "Europe/Berlin"), ("Asia/Calcutta", "Asia/Kolkata"), ("Etc/UTC", "Etc/UTC")],
)
def test_one_press_takes_the_zone_of_the_browser(as_user, commit, said, kept):
    """An old double, which some browsers still say, becomes the name of today."""
    browser = as_user("admin")
    assert offers(browser)
    answer = browser.post("/me/zone", data={"timezone": said, "back": "/content?q=a"})
    assert (answer.status_code, answer.location) == (303, "/content?q=a")
    assert zone_of(commit, browser) == kept and not offers(browser)


def test_it_can_be_sent_away_and_does_not_come_back(as_user, commit):
    browser = as_user("viewer")
    assert browser.post("/me/zone", data={"timezone": "Europe/Berlin", "keep": "1"}).status_code == 303
    assert zone_of(commit, browser) == "UTC" and not offers(browser)


def test_who_has_chosen_is_not_asked(as_user, commit):
    assert not offers(as_user(commit(make_user, "editor", preferences={"timezone": "UTC"})))


@pytest.mark.parametrize("said", ["Mars/Olympus", "localtime", "", "x" * 5000])
def test_a_zone_that_is_none_is_refused_with_the_list(as_user, commit, said):
    browser = as_user("editor")
    refused = browser.post("/me/zone", data={"timezone": said, "back": "//elsewhere.example"})
    assert refused.status_code == 422 and "Choose yours in the list" in refused.text and "<datalist" in refused.text
    assert zone_of(commit, browser) is None


def test_it_leads_to_pages_of_this_desk_alone(as_user):
    answer = as_user("editor").post("/me/zone", data={"timezone": "Europe/Berlin", "back": "//elsewhere.example"})
    assert answer.location == "/"


def test_other_choices_stay(as_user, commit):
    browser = as_user(commit(make_user, "editor", preferences={"theme": "dark"}))
    browser.post("/me/zone", data={"timezone": "Europe/Berlin"})
    assert commit(by_id, browser.user.id).preferences == {"theme": "dark", "timezone": "Europe/Berlin"}
