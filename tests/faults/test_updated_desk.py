"""An update of the desk between a sending and its look: compared is what was sent, or a person is asked; never sent again."""

from __future__ import annotations

import pytest

from app.content import compose as composer
from tests import publishing_desk as desk

TEXT = "Written by two, answered by none."


@pytest.fixture
def updated(monkeypatch):
    """The composer says the disclosure in other words from now on."""
    return lambda: monkeypatch.setitem(composer.DISCLOSED["assisted"], "en", "Made with a machine.")


def swallowed(plant, do="reset_after", text=TEXT, account=None):
    """A post of an account that can be listed whose answer was lost."""
    fake, account = plant.fake(), account or plant.known()
    fake.script(do, match=text)
    (key,) = desk.scheduled(account, made=desk.approved(text, disclosure="assisted"))
    desk.work()
    assert desk.record(key).status == "unknown"
    return fake, key


def settle(plant):
    for _ in range(12):
        desk.work()
        if plant.quiet():
            return
        plant.age(200)


def test_a_post_sent_before_the_update_is_found_by_the_words_that_were_sent(plant, updated):
    """(D10)"""
    fake, key = swallowed(plant)
    updated()
    settle(plant)
    row = desk.record(key)
    assert (row.status, row.platform_post_id) == ("success", fake.posts(TEXT)[0]["id"])
    assert fake.state()["requests"]["create"] == 1


@pytest.mark.parametrize("do", ["reset_after", "error_before"])
def test_where_the_words_are_lost_a_person_is_asked_and_nothing_is_sent(plant, updated, do):
    """(D10) The approval was given up meanwhile, too: no list is compared with other words, so it is neither there nor absent."""
    fake, key = swallowed(plant, do)
    updated()
    desk.by_hand("UPDATE content_items SET approved_composed = NULL, approved_version_id = NULL")
    before = fake.state()["requests"]["create"]
    settle(plant)
    row = desk.record(key)
    assert (row.status, row.next_retry_at, row.platform_post_id) == ("unknown", None, None)
    assert "cannot be compared with what was sent" in row.error_message
    assert fake.state()["requests"]["create"] == before


def test_the_earlier_posts_that_prove_a_list_are_known_by_the_words_that_were_sent(plant, updated):
    """(D10) The brothers: a known post sent before the update still calibrates, so what never arrived is sent again."""
    account = plant.account("mastodon")
    desk.scheduled(account, made=desk.approved("An earlier one.", disclosure="assisted"))
    desk.work()
    plant.age(3600)
    fake, key = swallowed(plant, "error_before", text="Plain words.", account=account)
    desk.by_hand("UPDATE publish_records SET resend_barred_at = now() WHERE id = :k", k=key)
    updated()
    settle(plant)
    assert desk.record(key).status == "cancelled", "surely absent: the list showed the earlier post"


def test_beside_an_open_post_whose_words_are_lost_nothing_found_is_surely_ours(plant, updated):
    """(D10) A rival with other words is no rival; one whose words nobody knows may be any post."""
    fake, first = swallowed(plant)
    account = desk.record(first).credential_id
    updated()
    desk.by_hand("UPDATE content_items SET approved_composed = NULL")
    desk.by_hand("UPDATE publish_records SET next_retry_at = NULL WHERE id = :k", k=first)
    fake.script("reset_after", match="Another")
    (second,) = desk.scheduled(account, text="Another text.")
    settle(plant)
    row = desk.record(second)
    assert (row.status, len(fake.posts("Another text."))) == ("unknown", 1)
    assert "nearly this one" in row.error_message
    desk.by_hand("UPDATE publish_records SET status = 'failed' WHERE id = :k", k=first)
    desk.by_hand("UPDATE publish_records SET next_retry_at = now() WHERE id = :k", k=second)
    desk.work()
    assert desk.record(second).status == "success"
