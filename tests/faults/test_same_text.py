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
