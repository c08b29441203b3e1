"""What Home says of today and of an account in trouble."""

from __future__ import annotations

import pytest

from app.home.sentences import AccountFacts, account_trouble, lead


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (AccountFacts("Mastodon", "expired", has_worked=True), "Mastodon sign-in expired for @stones"),
        (AccountFacts("Mastodon", "invalid", "instance"), "The address of @stones on Mastodon cannot be used"),
        (AccountFacts("Mastodon", "invalid", "url", True), "The address of @stones on Mastodon cannot be used"),
        (AccountFacts("Mastodon", "invalid", "token"), "Mastodon did not accept the sign-in of @stones"),
        (AccountFacts("Mastodon", "invalid", has_worked=True), "Mastodon no longer accepts the sign-in of @stones"),
        (AccountFacts("Mastodon", "active", rests=True), "Mastodon account @stones rests after failures"),
        (AccountFacts("Mastodon", "active"), "Mastodon sign-in of @stones ends tomorrow"),
        (AccountFacts("Mastodon", "expired", "instance", rests=True), "Mastodon sign-in expired for @stones"),
    ],
)
def test_the_trouble_of_an_account_is_one_sentence_and_its_worst(facts, sentence):
    found = account_trouble(facts)
    assert f"{found.before}@stones{found.after}{'tomorrow' if found.ends else ''}" == sentence


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((0, 0, 0, 0), "Nothing goes out today."),
        ((1, 0, 0, 0), "1 item waits for your review. Nothing else goes out today."),
        ((2, 0, 0, 3), "2 items wait for your review. Nothing else goes out today."),
        ((0, 1, 0, 0), "1 post went out today."),
        ((0, 2, 1, 0), "2 posts went out today, 1 to come."),
        ((0, 0, 1, 1), "1 post goes out today, and 1 of these still needs approval."),
        ((0, 0, 3, 2), "3 posts go out today, and 2 of these still need approval."),
        (
            (1, 2, 3, 2),
            "1 item waits for your review. 2 posts went out today, 3 to come, and 2 of these still need approval.",
        ),
    ],
)
def test_home_begins_with_what_waits_and_what_goes_out(numbers, words):
    assert lead(*numbers) == words
