"""The Mastodon connector against a server of its API in another process."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.platforms import mastodon_media, registry
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
from tests.fakes.client import Fake
from tests.fakes.ports import knowing

MASTODON = registry.get("mastodon")
NOW = datetime.now(UTC)
DIALECTS = ["mastodon", "pleroma", "gotosocial"]


def send(ctx: Context, account: UnsealedAccount, post: Post, key: str = "k1"):  # type: ignore[no-untyped-def]
    return MASTODON.publish(ctx, account, post, key, MASTODON.prepare(ctx, account, post))


@pytest.mark.parametrize("dialect", [*DIALECTS, "pixelfed"])
def test_a_post_with_pictures_arrives(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, dialect: str
) -> None:
    fake.settings(dialect=dialect, media_async=2)
    media = tuple(ctx.files.put(b"png%d" % n, alt=f"Bild {n} – größer") for n in range(3))  # type: ignore[attr-defined]
    options = {"visibility": "unlisted", "spoiler_text": "Achtung"}
    verdict = send(ctx, mastodon_account, Post("Grüße 👋\n\nzweite", media=media, language="de-AT", options=options))
    assert (verdict.outcome, verdict.error_type) == ("yes", None)
    post = fake.posts()[0]
    assert (post["id"], post["text"], post["spoiler"]) == (verdict.post_id, "Grüße 👋\n\nzweite", "Achtung")
    assert verdict.url == f"{fake.url}/@desk/{verdict.post_id}"
    assert [(m["sha256"], m["alt"]) for m in post["media"]] == [(m.sha256, m.alt) for m in media]
    assert (post["language"], post["visibility"], post["sensitive"], post["key"]) == ("de", "unlisted", True, "k1")
    assert "t-desk" not in str(verdict)


def test_the_window_of_the_rate_limit_is_read(fake: Fake, ctx: Context, mastodon_account: UnsealedAccount) -> None:
    (window,) = send(ctx, mastodon_account, Post("x")).limits
    assert (window.scope, window.key, window.remaining) == ("account", "mastodon", 299)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "do", ["close_after", "reset_after", "error_after", "truncated", "half_json", "garbage", "no_id"]
)
def test_what_was_stored_unseen_is_found(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, dialect: str, do: str
) -> None:
    fake.settings(dialect=dialect)
    account = replace(mastodon_account, account_id=_id(ctx, mastodon_account))
    media = (ctx.files.put(b"one", alt="a  b"),)  # type: ignore[attr-defined]
    post = Post("Hi @bob@b.test\n\n\n\nsee https://例え.jp/x #tag <b>&amp;", media=media)
    fake.script(do)
    assert send(ctx, account, post).outcome == "unknown"
    found = MASTODON.find(ctx, account, post, "k1", NOW)
    assert isinstance(found, Found)
    assert (found.post_id, found.matched_by) == (fake.posts()[0]["id"], "listing")


@pytest.mark.parametrize("do", ["close_before", "reset_before", "error_before", "ok_error"])
def test_what_was_not_stored_is_absent(fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, do: str) -> None:
    ctx = knowing(ctx, mastodon_account, Post("one before"))
    fake.script(do)
    assert send(ctx, mastodon_account, Post("x")).outcome == "unknown"
    assert isinstance(MASTODON.find(ctx, mastodon_account, Post("x"), "k1", NOW), Absent)


def test_another_text_is_not_it(fake: Fake, ctx: Context, mastodon_account: UnsealedAccount) -> None:
    medium = ctx.files.put(b"one", alt="a cat")  # type: ignore[attr-defined]
    ctx = knowing(ctx, mastodon_account, Post("hello", media=(medium,)))
    assert isinstance(MASTODON.find(ctx, mastodon_account, Post("hello!!", media=(medium,)), "k1", NOW), Absent)


def test_the_same_text_of_last_week_is_not_it(fake: Fake, ctx: Context, mastodon_account: UnsealedAccount) -> None:
    ctx = knowing(ctx, mastodon_account, Post("one before"))
    send(ctx, mastodon_account, Post("weekly"))
    assert isinstance(MASTODON.find(ctx, mastodon_account, Post("weekly"), "k", NOW + timedelta(days=7)), Absent)


def test_the_same_text_sent_twice_is_listed_oldest_first(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    ids = [send(ctx, mastodon_account, Post("twice"), key=f"k{n}").post_id for n in range(3)]
    found = MASTODON.find(ctx, mastodon_account, Post("twice"), "k", NOW)
    assert isinstance(found, Found)
    assert [found.post_id, *(other.post_id for other in found.others)] == ids


def test_a_server_whose_clock_is_off_is_read_right(fake: Fake, ctx: Context, mastodon_account: UnsealedAccount) -> None:
    for offset in (-3600, 3600):
        fake.settings(clock_offset=offset)
        send(ctx, mastodon_account, Post(f"at {offset}"), key=f"k{offset}")
        assert isinstance(MASTODON.find(ctx, mastodon_account, Post(f"at {offset}"), "k", NOW), Found)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_worker_whose_clock_is_off_looks_right(fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:  # fmt: skip
    """`since` is the database's time, so is the context's clock; the machine's own clock must not matter."""
    ctx = knowing(ctx, mastodon_account, Post("one before"))
    send(ctx, mastodon_account, Post("earlier"), key="k1")
    monkeypatch.setattr("app.lib.clock._offset", timedelta(hours=hours))
    assert isinstance(MASTODON.find(ctx, mastodon_account, Post("earlier"), "k", NOW), Found)
    later = NOW + timedelta(hours=3)
    assert isinstance(MASTODON.find(ctx, mastodon_account, Post("earlier"), "k", later), Absent)


def test_a_long_listing_is_read_to_the_attempt(fake: Fake, ctx: Context, mastodon_account: UnsealedAccount) -> None:
    for number in range(90):
        send(ctx, mastodon_account, Post(f"n{number}"), key=f"k{number}")
    assert isinstance(MASTODON.find(ctx, mastodon_account, Post("n0"), "k", NOW), Found)
    for number in range(90, 205):
        send(ctx, mastodon_account, Post(f"n{number}"), key=f"k{number}")
    assert isinstance(MASTODON.find(ctx, mastodon_account, Post("gone"), "k", NOW), CannotTell)


def test_a_listing_that_cannot_be_read_tells_nothing(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    fake.script("answer", on="read", times=0, status=503, body={"error": "maintenance"})
    assert isinstance(MASTODON.find(ctx, replace(mastodon_account, account_id="1"), Post("x"), "k", NOW), CannotTell)


def test_the_idempotency_key_makes_one_where_it_is_honoured(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    first, second = (send(ctx, mastodon_account, Post("once")) for _ in range(2))
    assert (first.post_id, len(fake.posts())) == (second.post_id, 1)
    fake.settings(ignore_idempotency=True)
    assert send(ctx, mastodon_account, Post("once")).post_id != first.post_id
    assert MASTODON.spec.resend_safety == "listing"


def test_media_that_take_too_long_are_tried_later(fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(mastodon_media, "sleep", lambda seconds: None)
    fake.settings(media_async=1000)
    with pytest.raises(PrepareFailed) as failed:
        MASTODON.prepare(ctx, mastodon_account, Post("", media=(ctx.files.put(b"x", alt="x"),)))  # type: ignore[attr-defined]
    assert failed.value.verdict.may_retry
    assert fake.posts() == []


def test_refused_media_end_the_record_without_a_post(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    medium = ctx.files.put(b"x", mime="text/plain", alt="x")  # type: ignore[attr-defined]
    with pytest.raises(PrepareFailed) as failed:
        MASTODON.prepare(ctx, mastodon_account, Post("", media=(medium,)))
    assert (failed.value.verdict.error_type, failed.value.verdict.final) == ("content_rejected", True)


def test_verify_reads_person_and_limits(fake: Fake, ctx: Context, mastodon_account: UnsealedAccount) -> None:
    fake.settings(max_characters=1234)
    for dialect, limit in (("mastodon", 1234), ("pleroma", 1234), ("gotosocial", 1234), ("pixelfed", 1234)):
        fake.settings(dialect=dialect)
        found = MASTODON.verify(ctx, mastodon_account)
        assert isinstance(found, Verified)
        assert found.name.startswith("@desk@127.0.0.1")
        limits = MASTODON.limits(found.configuration)
        assert (limits.text, limits.media_required) == (limit, dialect == "pixelfed")


def test_a_token_that_may_not_post_is_refused_when_it_is_connected(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    fake.settings(scopes=["read", "write:media"])
    refused = MASTODON.verify(ctx, mastodon_account)
    assert isinstance(refused, Refused)
    assert (refused.field, "lacks write:statuses." in refused.message) == ("access_token", True)
    fake.settings(scopes=["profile", "read:statuses", "write:statuses", "write:media"])
    assert isinstance(MASTODON.verify(ctx, mastodon_account), Verified)


@pytest.mark.parametrize(
    ("dialect", "said"), [("mastodon", None), ("pleroma", "text/plain"), ("gotosocial", "text/plain")]
)
def test_relatives_are_told_that_the_text_is_plain(fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, dialect: str, said: str | None) -> None:  # fmt: skip
    fake.settings(dialect=dialect)
    found = MASTODON.verify(ctx, mastodon_account)
    assert isinstance(found, Verified)
    account = replace(mastodon_account, configuration={**mastodon_account.configuration, **found.configuration})
    send(ctx, account, Post("**not bold**"))
    assert fake.posts()[0]["content_type"] == said


def test_verify_blames_the_right_field(fake: Fake, ctx: Context, mastodon_account: UnsealedAccount) -> None:
    wrong = MASTODON.verify(ctx, replace(mastodon_account, secrets={"access_token": "bad-token"}))
    assert isinstance(wrong, Refused)
    assert (wrong.field, wrong.error_type, wrong.http_status) == ("access_token", "auth_failed", 401)
    for instance in ("no spaces here", "https://me:pw@host.test", "ftp://x.test", "http://10.0.0.1"):
        nowhere = MASTODON.verify(ctx, replace(mastodon_account, configuration={"instance": instance}))
        assert isinstance(nowhere, Refused), instance
        assert nowhere.field == "instance"
    fake.script("answer", on="read", status=200, body="<html>a blog</html>")
    blog = MASTODON.verify(ctx, mastodon_account)
    assert isinstance(blog, Refused)
    assert "does not speak" in blog.message
    fake.script("answer", on="read", status=503)
    assert isinstance(MASTODON.verify(ctx, mastodon_account), CannotTell)


def test_delete_and_metrics(fake: Fake, ctx: Context, mastodon_account: UnsealedAccount) -> None:
    post_id = send(ctx, mastodon_account, Post("x")).post_id
    assert MASTODON.metrics(ctx, mastodon_account, [post_id, "404"]) == {
        post_id: {"likes": 0, "comments": 0, "shares": 0}
    }
    assert MASTODON.delete(ctx, mastodon_account, post_id).outcome == "yes"
    assert fake.posts() == []
    assert MASTODON.delete(ctx, mastodon_account, post_id).outcome == "yes"


def _id(ctx: Context, account: UnsealedAccount) -> str:
    found = MASTODON.verify(ctx, account)
    assert isinstance(found, Verified)
    return found.account_id
