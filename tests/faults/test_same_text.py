"""The same text, sent twice on purpose to an account that can only be listed: neither lost nor taken for the other."""

from __future__ import annotations

from tests import publishing_desk as desk


def test_a_post_of_another_record_is_not_mine(plant):
    fake, text, account = plant.fake(), "Weekly reminder.", plant.account("mastodon")
    (first,) = desk.scheduled(account, text=text)
    desk.work()
    fake.script("reset_before", match=text)
    (second,) = desk.scheduled(account, text=text)
    desk.work()
    assert (desk.record(first).status, desk.record(second).status) == ("success", "unknown")
    for _ in range(12):
        if plant.quiet():
            break
        plant.age(200)
        desk.work()
    assert desk.record(second).status == "success"
    posts = [post["id"] for post in fake.posts(text)]
    assert posts == [desk.record(first).platform_post_id, desk.record(second).platform_post_id]


def test_two_unknowns_of_one_text_find_a_post_each(plant):
    fake, text, account = plant.fake(), "Twice, both unseen.", plant.account("mastodon")
    fake.settings(ignore_idempotency=True)
    fake.script("reset_after", match=text, times=2)
    keys = [desk.scheduled(account, text=text)[0] for _ in range(2)]
    for _ in range(12):
        desk.work()
        if plant.quiet():
            break
        plant.age(200)
    records = [desk.record(key) for key in keys]
    assert [record.status for record in records] == ["success", "success"]
    assert {record.platform_post_id for record in records} == {post["id"] for post in fake.posts(text)}
    assert fake.state()["requests"]["create"] == 2


def settle(plant):
    for _ in range(12):
        desk.work()
        if plant.quiet():
            return
        plant.age(200)


def test_a_post_sent_while_its_twin_is_in_doubt_waits(plant):
    """(D2)"""
    fake, text, account = plant.fake(), "Own gap 0.", plant.known()
    fake.script("error_before", match=text, status=500)
    keys = [desk.scheduled(account, text=text)[0] for _ in range(2)]
    desk.work()
    assert sorted(desk.record(key).status for key in keys) == ["pending", "unknown"]
    settle(plant)
    assert {desk.record(key).status for key in keys} == {"success"}
    assert {desk.record(key).platform_post_id for key in keys} == {post["id"] for post in fake.posts(text)}


def test_a_listing_without_followers_only_posts_leads_to_a_question(plant):
    """(D5)"""
    fake, text, account = plant.fake(), "For followers only.", plant.account("mastodon")
    fake.settings(hides_private=True)
    private = {"variants": {"mastodon": {"options": {"visibility": "private"}}}}
    made = [desk.approved(words, **private) for words in ("An earlier one.", text)]
    desk.scheduled(account, made=made[0])
    desk.work()
    plant.age(3600)
    fake.script("close_after", match=text)
    (key,) = desk.scheduled(account, made=made[1])
    settle(plant)
    row = desk.record(key)
    assert (row.status, row.next_retry_at, len(fake.posts(text))) == ("unknown", None, 1)
    assert "does not list" in row.error_message


def test_words_that_differ_by_a_minus_are_neither_taken_nor_sent_twice(plant):
    """(D8)"""
    fake, account = plant.fake(), plant.known()
    desk.scheduled(account, text="Version 12 is out")
    fake.script("reset_after", match="Version", times=1)
    desk.work()
    (second,) = desk.scheduled(account, text="Version 1-2 is out")
    settle(plant)
    assert desk.record(second).platform_post_id == fake.posts("Version 1-2 is out")[0]["id"]
    assert len(fake.posts("Version")) == 2
