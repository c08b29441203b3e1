"""The same misbehaviour on a platform whose key proves: looked up once, sent again under the same key, never twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.platforms import registry
from tests import publishing_desk as desk

ROWS: list[tuple[str, dict[str, Any]]] = [
    ("hang_before", {}),
    ("hang_after", {}),
    ("slow", {"seconds": 2.5}),
    ("reset_before", {}),
    ("reset_after", {}),
    ("close_after", {}),
    ("error_before", {"status": 500}),
    ("error_after", {"status": 503}),
    ("truncated", {}),
    ("half_json", {}),
    ("garbage", {}),
    ("no_id", {}),
]


@pytest.fixture(autouse=True)
def deadline(monkeypatch):
    connector = registry.get("bluesky")
    monkeypatch.setattr(connector, "spec", replace(connector.spec, deadline=timedelta(seconds=1.2)))


def settle(plant):
    for _ in range(12):
        if plant.quiet():
            return
        plant.age(200)
        desk.work()
    raise AssertionError(plant.summary())


@pytest.mark.parametrize(("do", "more"), ROWS, ids=[do for do, _ in ROWS])
def test_one_copy_whatever_the_platform_did(plant, do, more):
    fake, text = plant.fake(), f"Keyed: {do}."
    (key,) = desk.scheduled(plant.account("bluesky"), text=text)
    fake.script(do, match=text, **more)
    desk.work()
    record = desk.record(key)
    assert record.status == "unknown"
    first_key = record.client_key
    settle(plant)
    record = desk.record(key)
    assert (record.status, record.client_key) == ("success", first_key)
    assert [post["id"] for post in fake.posts(text)] == [record.platform_post_id]


def test_a_post_stored_after_it_was_sent_again_is_refused_by_its_key(plant):
    fake, text = plant.fake(), "Keyed and late."
    (key,) = desk.scheduled(plant.account("bluesky"), text=text)
    fake.script("store_later", match=text)
    desk.work()
    settle(plant)
    assert desk.record(key).status == "success"
    assert fake.flush() == 1
    assert len(fake.posts(text)) == 1
    assert fake.state()["requests"]["create"] == 2
