"""The Bluesky connector against a PDS-like server in another process."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.platforms import bluesky_media, registry
from app.platforms.base import (
    Absent,
    CannotTell,
    Context,
    Found,
    Post,
    PrepareFailed,
    Refused,
    UnsealedAccount,
    Verified,
)
from app.platforms.bluesky_session import ENTRYWAY, _own_pds
from app.platforms.keys import tid, tid_time
from tests.fakes.client import Fake
from tests.fakes.ports import Recorder, context

BLUESKY = registry.get("bluesky")
NOW = datetime.now(UTC)


def send(ctx: Context, account: UnsealedAccount, post: Post, key: str = ""):  # type: ignore[no-untyped-def]
    return BLUESKY.publish(ctx, account, post, key or tid(NOW), BLUESKY.prepare(ctx, account, post))


def test_a_post_with_pictures_arrives(fake: Fake, ctx: Context, bluesky_account: UnsealedAccount) -> None:
    media = tuple(ctx.files.put(b"png%d" % n, alt=f"Bild {n}", width=4, height=3) for n in range(4))  # type: ignore[attr-defined]
    key = tid(NOW)
    post = Post("日本 @alice.test https://例え.jp #tag", media=media, language="ja", link="https://例え.jp")
    verdict = send(ctx, bluesky_account, post, key)
    assert verdict.outcome == "yes"
    stored = fake.posts()[0]
    record = stored["record"]
    assert verdict.post_id == stored["uri"]
    assert verdict.url.startswith("https://bsky.app/profile/did:plc:")
    assert verdict.url.endswith(f"/post/{key}")
    assert [(m["sha256"], m["alt"]) for m in stored["media"]] == [(m.sha256, m.alt) for m in media]
    assert record["embed"]["images"][0]["aspectRatio"] == {"width": 4, "height": 3}
    assert datetime.fromisoformat(record["createdAt"]) == tid_time(key).replace(
        microsecond=tid_time(key).microsecond // 1000 * 1000
    )
    assert record["langs"] == ["ja"]
    assert [f["features"][0]["$type"].partition("#")[2] for f in record["facets"]] == ["mention", "link", "tag"]


def test_a_link_has_a_card_when_there_is_no_picture(fake: Fake, ctx: Context, bluesky_account: UnsealedAccount) -> None:
    send(ctx, bluesky_account, Post("x", title="News", link="https://bücher.example/a"))
    card = fake.posts()[0]["record"]["embed"]["external"]
    assert (card["uri"], card["title"]) == ("https://xn--bcher-kva.example/a", "News")
    send(ctx, bluesky_account, Post("x", link="https://bücher.example/a"), tid(NOW + timedelta(seconds=1)))
    assert "embed" not in fake.posts()[1]["record"]


def test_a_mention_of_nobody_stays_text(fake: Fake, ctx: Context, bluesky_account: UnsealedAccount) -> None:
    assert send(ctx, bluesky_account, Post("hi @nobody.test")).remarks == ()
    assert "facets" not in fake.posts()[0]["record"]


TROUBLE: list[dict[str, Any]] = [
    {"do": "answer", "status": 502, "body": {"error": "UpstreamFailure"}},
    {"do": "answer", "status": 429, "body": {"error": "RateLimitExceeded"}},
    {"do": "answer", "status": 200, "body": {"did": None}},
    {"do": "answer", "status": 200, "body": "<html>"},
    {"do": "close_before"},
]


@pytest.mark.parametrize("how", TROUBLE, ids=lambda how: f"{how['do']}-{how.get('status', '')}")
def test_a_mention_that_cannot_be_looked_up_goes_as_text_and_the_record_says_so(
    fake: Fake, ctx: Context, bluesky_account: UnsealedAccount, monkeypatch: pytest.MonkeyPatch, how: dict[str, Any]
) -> None:
    """(J18) The post is out, the others of its mentions are not asked for in vain, and it is no failure of the account."""
    monkeypatch.setattr(bluesky_media, "sleep", lambda seconds: None)
    fake.script(on="read", match="resolveHandle", times=0, **how)
    verdict = send(ctx, bluesky_account, Post("hi @alice.test and @bob.test"))
    assert verdict.outcome == "yes" and "facets" not in fake.posts()[0]["record"]
    assert verdict.remarks == (
        "Stored with @alice.test, @bob.test as plain text: their handles could not be looked up",
    )
    assert fake.state()["requests"]["read"] == 2


def test_a_mention_is_looked_up_a_second_time(
    fake: Fake, ctx: Context, bluesky_account: UnsealedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """(J18)"""
    monkeypatch.setattr(bluesky_media, "sleep", lambda seconds: None)
    fake.script("answer", on="read", match="resolveHandle", status=502)
    assert send(ctx, bluesky_account, Post("hi @alice.test")).remarks == ()
    assert len(fake.posts()[0]["record"]["facets"]) == 1


@pytest.mark.parametrize(
    "do", ["close_after", "reset_after", "error_after", "truncated", "half_json", "garbage", "no_id"]
)
def test_what_was_stored_unseen_is_found_by_its_key(
    fake: Fake, ctx: Context, bluesky_account: UnsealedAccount, do: str
) -> None:
    key = tid(NOW)
    fake.script(do)
    assert send(ctx, bluesky_account, Post("x"), key).outcome == "unknown"
    found = BLUESKY.find(ctx, bluesky_account, Post("x"), key, NOW)
    assert isinstance(found, Found)
    assert (found.post_id, found.matched_by) == (fake.posts()[0]["uri"], "key")


def test_what_was_not_stored_is_absent_and_sending_again_makes_one(
    fake: Fake, ctx: Context, bluesky_account: UnsealedAccount
) -> None:
    key = tid(NOW)
    fake.script("store_later", seconds=None)
    assert send(ctx, bluesky_account, Post("x"), key).outcome == "unknown"
    assert isinstance(BLUESKY.find(ctx, bluesky_account, Post("x"), key, NOW), Absent)
    assert send(ctx, bluesky_account, Post("x"), key).outcome == "yes"
    fake.flush()
    assert len(fake.posts()) == 1
    again = send(ctx, bluesky_account, Post("x"), key)
    assert again.outcome == "unknown"
    assert isinstance(BLUESKY.find(ctx, bluesky_account, Post("x"), key, NOW), Found)


def test_a_pds_that_cannot_be_asked_tells_nothing(fake: Fake, ctx: Context, bluesky_account: UnsealedAccount) -> None:
    account = replace(bluesky_account, account_id="did:plc:x")
    for do in ("error_before", "close_before", "garbage"):
        fake.script(do, on="read")
        found = BLUESKY.find(ctx, account, Post("x"), "k", NOW)
        assert isinstance(found, CannotTell)
        assert not found.final


def test_one_session_serves_all_workers(fake: Fake, bluesky_account: UnsealedAccount) -> None:
    ctx = context()
    threads = [threading.Thread(target=send, args=(ctx, bluesky_account, Post(f"n{n}"), tid(NOW, n))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fake.posts()) == 8
    assert fake.state()["requests"]["session"] == 1


def test_an_expired_token_is_refreshed_once_and_rotates(
    fake: Fake, ctx: Context, bluesky_account: UnsealedAccount
) -> None:
    send(ctx, bluesky_account, Post("one"))
    before = dict(ctx.sessions.get(bluesky_account) or {})
    ctx.clock.offset = timedelta(minutes=1)  # type: ignore[attr-defined]
    fake.settings(clock_offset=9000)
    verdict = send(ctx, bluesky_account, Post("two"))
    assert (verdict.outcome, verdict.account, verdict.code) == ("no", "refresh", "ExpiredToken")
    for _ in range(2):
        assert isinstance(BLUESKY.refresh(ctx, bluesky_account), Verified)
    after = ctx.sessions.get(bluesky_account) or {}
    assert after["refresh"] != before["refresh"]
    assert fake.state()["requests"]["refresh"] == 1
    assert send(ctx, bluesky_account, Post("two")).outcome == "yes"


def test_a_blip_while_refreshing_disconnects_nobody(fake: Fake, ctx: Context, bluesky_account: UnsealedAccount) -> None:
    send(ctx, bluesky_account, Post("one"))
    ctx.clock.offset = timedelta(minutes=1)  # type: ignore[attr-defined]
    for do in ("error_before", "close_before"):
        fake.script(do, on="refresh")
        assert isinstance(BLUESKY.refresh(ctx, bluesky_account), CannotTell)
    assert fake.state()["requests"]["session"] == 1
    assert send(ctx, bluesky_account, Post("two")).outcome == "yes"


def test_a_dead_refresh_token_signs_in_anew(fake: Fake, ctx: Context, bluesky_account: UnsealedAccount) -> None:
    send(ctx, bluesky_account, Post("one"))
    ctx.clock.offset = timedelta(minutes=1)  # type: ignore[attr-defined]
    fake.settings(revoked=["all"])
    assert isinstance(BLUESKY.refresh(ctx, bluesky_account), Verified)
    assert fake.state()["requests"]["session"] == 2


def test_an_empty_refresh_token_never_overwrites_the_one_we_have(
    fake: Fake, ctx: Context, bluesky_account: UnsealedAccount
) -> None:
    send(ctx, bluesky_account, Post("one"))
    before = dict(ctx.sessions.get(bluesky_account) or {})
    ctx.clock.offset = timedelta(minutes=1)  # type: ignore[attr-defined]
    fake.script("answer", on="refresh", status=200, body={"accessJwt": "new", "refreshJwt": "", "did": before["did"]})
    assert isinstance(BLUESKY.refresh(ctx, bluesky_account), Verified)
    after = ctx.sessions.get(bluesky_account) or {}
    assert (after["access"], after["refresh"]) == ("new", before["refresh"])


def test_a_changed_password_makes_a_new_session(fake: Fake, ctx: Context, bluesky_account: UnsealedAccount) -> None:
    assert isinstance(BLUESKY.verify(ctx, bluesky_account), Verified)
    refused = BLUESKY.verify(ctx, replace(bluesky_account, secrets={"app_password": "wrong"}))
    assert isinstance(refused, Refused)
    assert (refused.field, refused.code) == ("app_password", "AuthenticationRequired")


def test_a_wrong_password_takes_the_account_down(fake: Fake, ctx: Context, bluesky_account: UnsealedAccount) -> None:
    with pytest.raises(PrepareFailed) as failed:
        BLUESKY.prepare(ctx, replace(bluesky_account, secrets={"app_password": "wrong"}), Post("x"))
    verdict = failed.value.verdict
    assert (verdict.error_type, verdict.final, verdict.account) == ("auth_failed", True, "down")
    assert "wrong" not in str(verdict.request)


def test_delete_and_metrics(fake: Fake, ctx: Context, bluesky_account: UnsealedAccount) -> None:
    uri = send(ctx, bluesky_account, Post("x")).post_id
    assert BLUESKY.metrics(ctx, bluesky_account, [uri]) == {uri: {"likes": 3, "comments": 1, "shares": 2}}
    for _ in range(2):
        assert BLUESKY.delete(ctx, bluesky_account, uri).outcome == "yes"
    assert fake.posts() == []
    assert BLUESKY.delete(ctx, bluesky_account, "nonsense").final


def test_publish_makes_one_call(fake: Fake, bluesky_account: UnsealedAccount) -> None:
    recorder = Recorder()
    ctx = context(recorder)
    prepared = BLUESKY.prepare(ctx, bluesky_account, Post("x"))
    before = len(recorder.calls)
    BLUESKY.publish(ctx, bluesky_account, Post("x"), tid(NOW), prepared)
    assert (len(recorder.calls) - before, recorder.creates) == (1, 1)


@pytest.mark.parametrize("endpoint", ["https://[::1", "http://pds.example", "pds.example", 7, None])
def test_a_did_document_that_names_no_address_leads_nowhere(endpoint):
    account = UnsealedAccount("bluesky", "desk", "", {"identifier": "desk.example", "service": ENTRYWAY})
    service = {"id": "#atproto_pds", "serviceEndpoint": endpoint}
    assert _own_pds(account, {"didDoc": {"service": [service]}}) == ""
