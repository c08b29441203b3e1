"""What stands on top of an account's page."""

from __future__ import annotations

import pytest

from app.accounts.banner import BannerFacts, banner


@pytest.mark.parametrize(
    ("facts", "key", "title"),
    [
        ({"status": "expired", "is_disconnected": True}, "disconnected", "Disconnected"),
        ({"status": "expired", "is_paused": True}, "sign_in", "The sign-in has expired"),
        ({"status": "expired", "field": "instance"}, "address", "The sign-in has expired"),
        ({"status": "invalid", "field": "url"}, "address", "The address of this account cannot be used"),
        ({"status": "invalid", "has_worked": True}, "sign_in", "Mastodon no longer accepts our sign-in"),
        ({"status": "invalid", "field": "token"}, "sign_in", "Mastodon did not accept this sign-in"),
        ({"status": "checking", "outcome": "cannot_tell"}, "unchecked", "The sign-in could not be checked yet"),
        ({"status": "active", "is_paused": True, "ends_soon": True}, "paused", "Paused"),
        ({"status": "active", "ends_soon": True}, "expires", "The sign-in expires soon"),
    ],
)
def test_the_page_of_an_account_begins_with_what_matters_most(facts, key, title):
    found = banner(BannerFacts("Mastodon", **facts))
    assert found is not None and (found.key, found.title) == (key, title)


@pytest.mark.parametrize(
    "facts", [{"status": "active"}, {"status": "checking"}, {"status": "checking", "outcome": "ok"}]
)
def test_an_account_that_works_or_is_being_checked_has_no_banner(facts):
    assert banner(BannerFacts("Mastodon", **facts)) is None
