"""A platform that misbehaves, in a process of its own: right class, right verdict, 0 doubles.

Each row: what the platform does → the record after the call, after everything that happens by itself, and how often
the post is there. Short form: a deadline of 1.2 s; long form: the real 30 s.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from app.platforms import registry
from tests import publishing_desk as desk


class Row(NamedTuple):
    """`first` = (status, error_type, outcome) after the one call; `last` the status in the end; `copies` at the platform."""

    do: str
    first: tuple[str, str | None, str | None]
    last: str = "success"
    copies: int = 1
    more: dict[str, Any] = {}
    platform: str = "mastodon"


SILENT = ("unknown", "network_timeout", "unknown")
BROKEN = ("unknown", "platform_error", "unknown")
ROWS = [
    Row("hang_before", SILENT),
    Row("hang_after", SILENT),
    Row("slow", SILENT, more={"seconds": 2.5}),
    Row("slow_before", SILENT, more={"seconds": 2.5}),
    Row("reset_before", SILENT),
    Row("reset_after", SILENT),
    Row("close_before", SILENT),
    Row("close_after", SILENT),
    Row("error_before", BROKEN, more={"status": 500}),
    Row("error_after", BROKEN, more={"status": 500}),
    Row("error_after", BROKEN, more={"status": 503}),
    Row("error_after", SILENT, more={"status": 408}),
    Row("truncated", SILENT),
    Row("half_json", BROKEN),
    Row("garbage", BROKEN),
    Row("no_id", BROKEN),
    Row("ok_error", BROKEN),
    Row(
        "answer",
        ("retrying", "rate_limit", "no"),
        more={"status": 429, "headers": {"Retry-After": "120"}, "body": {"error": "slow down"}},
    ),
    Row("answer", ("retrying", "rate_limit", "no"), more={"status": 429, "body": {"error": "slow down"}}),
    Row(
        "answer",
        ("failed", "auth_failed", "no"),
        "failed",
        0,
        {"status": 401, "body": {"error": "The access token is invalid"}},
    ),
    Row(
        "answer",
        ("failed", "auth_failed", "no"),
        "failed",
        0,
        {"status": 403, "body": {"error": "This action is not allowed"}},
    ),
    Row(
        "answer",
        ("failed", "content_rejected", "no"),
        "failed",
        0,
        {"status": 422, "body": {"error": "Validation failed"}},
    ),
    Row("answer", ("failed", "content_rejected", "no"), "failed", 0, {"status": 413, "body": ""}),
    Row(
        "answer",
        ("failed", "platform_error", "no"),
        "failed",
        0,
        {"status": 302, "headers": {"Location": "/elsewhere"}, "body": ""},
    ),
    Row("hang_after", SILENT, "unknown", 1, platform="webhook"),
    Row("error_after", BROKEN, "unknown", 1, {"status": 500}, "webhook"),
    Row("reset_before", SILENT, "unknown", 0, platform="webhook"),
]


@pytest.fixture
def deadline(monkeypatch, long):
    """A shorter patience of ours, so that the short form does not wait 30 s a row."""
    for slug in ("mastodon", "webhook"):
        connector = registry.get(slug)
        if not long:
            monkeypatch.setattr(connector, "spec", replace(connector.spec, deadline=timedelta(seconds=1.2)))


@pytest.mark.parametrize(
    "row", ROWS, ids=lambda r: f"{r.platform}-{r.do}-{r.more.get('status', '')}{'-after' * bool(r.more.get('headers'))}"
)
def test_the_verdict_is_right_and_nothing_is_there_twice(plant, deadline, long, row):
    fake, text = plant.fake(), f"Row {next(plant.numbers)}."
    (key,) = desk.scheduled(plant.known(row.platform), text=text)
    more = {**row.more, **({"seconds": 33} if long and "seconds" in row.more else {})}
    fake.script(row.do, match=text, **more)
    desk.work()
    record, (attempt,) = desk.record(key), desk.attempts(key)
    assert (record.status, record.error_type, attempt.outcome) == row.first
    assert attempt.step == "commit" and attempt.matched_by and attempt.finished_at
    if "Retry-After" in row.more.get("headers", {}):
        assert 118 < (record.next_retry_at - attempt.finished_at).total_seconds() <= 121 and record.retry_count == 0
    if row.do == "slow_before":  # it stores long before the 15 minutes that the looks wait for
        plant.until(lambda: fake.posts(text), 40)
    settle(plant)
    record = desk.record(key)
    copies = [post["text"] for post in fake.state()["posts"]].count(text)
    assert (record.status, copies) == (row.last, row.copies)
    if row.last == "unknown":
        assert record.next_retry_at is None


def settle(plant):
    """Everything that happens by itself, in this process."""
    for _ in range(12):
        if plant.quiet():
            return
        plant.age(200)
        plant.sweep()
        desk.work()
    raise AssertionError(plant.summary())


def test_a_connection_dropped_and_stored_ten_minutes_later(plant, deadline):
    """The looks at 1, 3 and 7 minutes find nothing; the one at 15 finds it. Nothing is sent again."""
    fake, text = plant.fake(), "Stored ten minutes later."
    (key,) = desk.scheduled(plant.known(), text=text)
    fake.script("store_later", match=text)
    desk.work()
    assert desk.record(key).status == "unknown"
    for minutes in (1.1, 2, 4):
        plant.age(minutes * 60)
        desk.work()
    assert desk.record(key).look_count == 3 and fake.posts(text) == []
    plant.age(180)
    assert fake.flush() == 1
    plant.age(300)
    desk.work()
    assert desk.record(key).status == "success" and len(fake.posts(text)) == 1
    assert fake.state()["requests"]["create"] == 1


def test_a_platform_that_ignores_the_idempotency_key(plant, deadline):
    fake, text = plant.fake(), "Keys are ignored here."
    fake.settings(ignore_idempotency=True)
    (key,) = desk.scheduled(plant.account("mastodon"), text=text)
    fake.script("error_after", match=text)
    desk.work()
    settle(plant)
    assert desk.record(key).status == "success" and len(fake.posts(text)) == 1


def test_a_wish_to_wait_holds_for_all_records_of_the_account(plant):
    """One 429 with Retry-After: the others are not sent into it, and go out when it is over."""
    account = plant.account("mastodon")
    keys = [desk.scheduled(account)[0] for _ in range(6)]
    plant.fake().script("answer", status=429, headers={"Retry-After": "120"}, body={"error": "slow down"}, times=0)
    desk.work()
    desk.work()
    assert plant.fake().state()["requests"]["create"] <= 2  # two at once per account
    assert {desk.record(key).status for key in keys} == {"pending", "retrying"}
    plant.fake().control("release", all=True)
    plant.fake().reset()
    settle(plant)
    assert {desk.record(key).status for key in keys} == {"success"}


def test_nobody_listens(plant):
    """No byte left: a definite no, tried again, and three tries later given up."""
    (key,) = desk.scheduled(plant.account("mastodon", configuration={"instance": "http://127.0.0.1:9", "min_gap": 0}))
    desk.work()
    record, (attempt,) = desk.record(key), desk.attempts(key)
    assert (record.status, record.error_type, record.retry_count) == ("retrying", "network_timeout", 1)
    assert (attempt.step, attempt.outcome, attempt.matched_by) == ("prepare", "no", "error:connect")
    for _ in range(3):
        plant.age(2000)
        desk.work()
    assert (desk.record(key).status, desk.record(key).dead_letter_reason) == ("failed", "retries_used_up")


def test_five_failures_open_the_breaker_and_one_record_tries_again(plant):
    account = plant.account("mastodon", configuration={"instance": "http://127.0.0.1:9", "min_gap": 0})
    keys = [desk.scheduled(account)[0] for _ in range(7)]
    desk.work()
    tried = [key for key in keys if desk.attempts(key)]
    assert len(tried) in (5, 6)  # two at once: the sixth may have been under way
    plant.age(310)
    desk.by_hand(
        "UPDATE platform_credentials SET configuration = jsonb_set(configuration, '{instance}', to_jsonb(CAST(:u AS text)))",
        u=plant.fake().url,
    )
    settle(plant)
    assert {desk.record(key).status for key in keys} == {"success"}


def test_an_account_that_is_refused_holds_its_other_records(plant):
    account = plant.account("mastodon")
    keys = [desk.scheduled(account)[0] for _ in range(4)]
    plant.fake().script("answer", status=401, body={"error": "The access token is invalid"}, times=0)
    desk.work()
    statuses = sorted(desk.record(key).status for key in keys)
    assert statuses.count("failed") in (1, 2) and statuses.count("pending") == 4 - statuses.count("failed")
    assert len(plant.fake().state()["posts"]) == 0
