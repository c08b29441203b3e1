"""What is stored is compared with what was sent (D15)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from app.platforms import registry
from app.platforms.base import Context, Found, Media, Post, UnsealedAccount
from app.platforms.compare import PostFields, is_severe, remarks
from tests.fakes.client import Fake

MASTODON = registry.get("mastodon")
SENT = PostFields("hi **you** @bob@b.test", "private", "Careful", True, "de", 2, ("a cat", "a dog"))


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (SENT, ()), (PostFields(), ()), (PostFields(language="de-AT"), ()), (PostFields(text="hi **you** @bob"), ()),
        (PostFields(language=""), ("Stored without its language",)), (PostFields(sensitive=False), ("Stored without the mark “sensitive”",)),
        (PostFields(language="en"), ("Stored as “en” instead of “de”",)), (PostFields(warning=""), ("Stored without its content warning",)),
        (PostFields(visibility="public"), ("Stored as public instead of followers only",)),
        (PostFields(text="hi you @bob"), ("Marks of the text were taken for formatting",)), (PostFields(text="hi"), ("Stored with another text",)),
        (PostFields(pictures=1, alts=("a cat",)), ("Stored with 1 of 2 pictures",)),
        (PostFields(alts=("a  cat", "")), ("Stored without the description of picture 2",)),
        (PostFields(alts=("", "a frog")), ("Stored without the description of picture 1", "Stored with another description of picture 2")),
    ],
)  # fmt: skip
def test_each_difference_is_one_sentence_and_what_is_not_told_is_none(shown: PostFields, said: tuple[str, ...]) -> None:
    """(D15)"""
    assert remarks(SENT, shown) == said


def test_who_can_see_it_is_grave_and_the_rest_is_not() -> None:
    """(D15)"""
    assert is_severe("Stored as public instead of followers only")
    assert not is_severe("Stored as “en” instead of “de”") and not is_severe("Stored without its language")


@pytest.mark.parametrize("dialect", ["mastodon", "pleroma", "gotosocial", "pixelfed"])
@pytest.mark.parametrize(
    "text", ["Grüße 👋\n\nzwei", "a <b> & @bob@b.test #tag https://例え.jp/x", "你好 مرحبا", "5 * 3 - 2"]
)
def test_a_server_that_keeps_everything_gets_no_remark(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, dialect: str, text: str
) -> None:
    """(D15)"""
    fake.settings(dialect=dialect)
    media = (ctx.files.put(b"one", alt="a  cat"),)  # type: ignore[attr-defined]
    options = {"visibility": "private", "spoiler_text": "Achtung & <so>", "sensitive": "1"}
    post = Post(text, media=media, language="de-AT", options=options)
    prepared = MASTODON.prepare(ctx, mastodon_account, post)
    verdict = MASTODON.publish(ctx, mastodon_account, post, "k", prepared)
    assert (verdict.outcome, verdict.remarks) == ("yes", ())


@pytest.mark.parametrize(
    ("drops", "said"),
    [
        ({"language": None}, "Stored without its language"), ({"sensitive": False}, "Stored without the mark “sensitive”"),
        ({"visibility": "public"}, "Stored as public instead of followers only"),
        ({"content": "<p>temperature xz</p>"}, "Stored with another text"), ({"media_attachments": [{"id": "1"}]}, "Stored with 1 of 0 pictures"),
        ({"visibility": "x" * 2000}, "Stored as " + "x" * 40 + " instead of followers only"),
        ({"visibility": "direct"}, "Stored as a direct message instead of followers only"),
    ],
)  # fmt: skip
def test_what_a_server_dropped_is_a_remark_and_still_published(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, drops: dict[str, Any], said: str
) -> None:
    """(D15)"""
    answer = {
        "id": "7",
        "account": {"id": "1"},
        "content": "<p>hi</p>",
        "visibility": "private",
        "sensitive": True,
        "language": "de",
    }
    fake.script("answer", status=200, body=json.dumps(answer | drops))
    post = Post("hi", language="de", options={"visibility": "private", "sensitive": "1"})
    verdict = MASTODON.publish(ctx, mastodon_account, post, "k", {})
    assert (verdict.outcome, verdict.remarks) == ("yes", (said,))


@pytest.mark.parametrize(
    "name", ["language", "visibility", "spoiler_text", "sensitive", "content", "media_attachments"]
)
@pytest.mark.parametrize("value", [7, True, [], [7], {}, {"en": 1}, 1.5])
def test_what_is_told_in_a_shape_of_its_own_is_no_difference(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, name: str, value: Any
) -> None:
    """(D15)"""
    if (name, value) in (("sensitive", True), ("media_attachments", [])):
        return  # these are told
    options = {"visibility": "private", "sensitive": "1", "spoiler_text": "🐙🐙"}
    answer = {"id": "7", "account": {"id": "1"}, "media_attachments": [{"id": "1", "description": 7}], name: value}
    fake.script("answer", status=200, body=json.dumps(answer))
    post = Post("hi", language="zh-Hans", options=options, media=(Media("0" * 64, "image/png", 1, alt="a cat"),))
    verdict = MASTODON.publish(ctx, mastodon_account, post, "k", {"media_ids": ["1"]})
    assert (verdict.outcome, verdict.remarks) == ("yes", ())


@pytest.mark.parametrize(("language", "kept"), [("zh-Hans", "zh"), ("DE-at", "de"), ("yue", "yue"), ("", None)])
def test_a_language_goes_out_as_the_api_knows_it_and_comes_back_without_a_remark(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, language: str, kept: str | None
) -> None:
    """(D15)"""
    post = Post("hi", language=language, options={"spoiler_text": "👨‍👩‍👧‍👦"})
    assert MASTODON.publish(ctx, mastodon_account, post, "k", {}).remarks == ()
    assert fake.posts()[0]["language"] == kept


def test_a_look_that_finds_the_post_tells_how_it_differs(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    """(D15) the language is not part of a post's identity."""
    fake.settings(drops_language=True)
    post = Post("hi", language="de")
    MASTODON.publish(ctx, mastodon_account, post, "k", {})
    found = MASTODON.find(ctx, mastodon_account, post, "k", ctx.clock.now())
    assert isinstance(found, Found) and found.remarks == ("Stored without its language",)


def test_of_two_posts_that_a_look_finds_each_tells_its_own_differences(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    """(D15)"""
    post = Post("hi", language="de")
    fake.settings(ignore_idempotency=True)
    for language in ("en", "fr"):
        MASTODON.publish(ctx, mastodon_account, Post("hi", language=language), language, {})
    found = MASTODON.find(ctx, mastodon_account, post, "k", ctx.clock.now())
    assert isinstance(found, Found)
    assert [one.remarks for one in (found, *found.others)] == [
        ("Stored as “en” instead of “de”",), ("Stored as “fr” instead of “de”",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("author", "said"),
    [
        ({"id": "1"}, ()), ({"id": 1}, ()), ({}, ()), ({"id": None}, ()), (7, ()), ({"id": [7]}, ()),
        ({"id": "4711", "acct": "eve"}, ("Stored as a post of @eve instead of this account",)),
        ({"id": "4711", "acct": 7}, ("Stored as a post of somebody else instead of this account",)),
    ],
)  # fmt: skip
def test_a_post_that_went_out_as_somebody_elses_says_so(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, author: Any, said: tuple[str, ...]
) -> None:
    """(D15) it is out, so it stays published; that it is not ours is grave."""
    fake.script("answer", status=200, body=json.dumps({"id": "7", "account": author}))
    verdict = MASTODON.publish(ctx, replace(mastodon_account, account_id="1"), Post("hi"), "k", {})
    assert (verdict.outcome, verdict.remarks) == ("yes", said)
    assert all(is_severe(one) for one in said)
