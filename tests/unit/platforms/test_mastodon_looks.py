"""Looks through the listing of servers that are not what they seem: identity, calibrated absence, and doubt as an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.platforms import registry
from app.platforms.base import Absent, CannotTell, Context, Doubt, Found, Lookup, Post, UnsealedAccount
from app.platforms.mastodon_compare import differences
from tests.fakes.client import Fake
from tests.fakes.ports import knowing

MASTODON = registry.get("mastodon")
NOW = datetime.now(UTC)
PRIVATE = {"visibility": "private"}


def send(ctx: Context, account: UnsealedAccount, post: Post, key: str = "k1") -> str:
    return MASTODON.publish(ctx, account, post, key, MASTODON.prepare(ctx, account, post)).post_id


def look(ctx: Context, account: UnsealedAccount, post: Post, since: datetime | None = None) -> Lookup:
    return MASTODON.find(ctx, account, post, "k1", since or ctx.clock.now())


def differs(found: Lookup) -> tuple[str, ...]:
    assert isinstance(found, Doubt) and found.candidates, found
    assert all(one.url.startswith("http") for one in found.candidates)
    return found.candidates[0].differs


def picture(ctx: Context, content: bytes = b"one", **facts: Any) -> Any:
    return ctx.files.put(content, **facts)  # type: ignore[attr-defined]


def test_absence_proves_nothing_where_no_post_of_that_kind_is_known(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    found = look(ctx, mastodon_account, Post("x"))
    assert isinstance(found, Doubt) and not found.candidates and "no earlier post of this kind" in found.reason


@pytest.mark.parametrize("other", [
    Post("y", options=PRIVATE), Post("y", options={"spoiler_text": "cw"}), Post("y", options={"sensitive": "1"}),
])  # fmt: skip
def test_a_post_of_another_kind_does_not_calibrate(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, other: Post
) -> None:
    assert isinstance(look(knowing(ctx, mastodon_account, other), mastodon_account, Post("x")), Doubt)
    assert isinstance(look(knowing(ctx, mastodon_account, other), mastodon_account, replace(other, text="x")), Absent)


def test_each_part_of_a_posts_shape_calibrates_for_itself(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    """(D5) A server may list texts and not pictures, or marked posts and not those behind a warning."""
    shapes = [Post("a"), Post("b", media=(picture(ctx, alt="b"),)), Post("c", options={"sensitive": "1"}),
              Post("d", options={"spoiler_text": "cw"}), Post("e", options={"spoiler_text": "cw"} | PRIVATE)]  # fmt: skip
    for known in shapes:
        other_posts = knowing(ctx, mastodon_account, known)
        answers = {
            one.text: type(look(other_posts, mastodon_account, replace(one, text=f"{one.text}?"))) for one in shapes
        }
        assert answers == {one.text: Absent if one is known else Doubt for one in shapes}


def test_a_server_that_does_not_list_followers_only_posts_proves_no_absence(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    """(D5)"""
    fake.settings(hides_private=True)
    ctx = knowing(ctx, mastodon_account, Post("public one"), Post("known", options=PRIVATE))
    send(ctx, mastodon_account, post := Post("stored and not listed", options=PRIVATE))
    found = look(ctx, mastodon_account, post)
    assert isinstance(found, Doubt) and "does not list" in found.reason
    assert isinstance(look(ctx, mastodon_account, Post("not stored")), Absent)


@pytest.mark.parametrize("field", ["alt", "text"])
def test_words_that_a_server_strips_are_asked_about_with_the_link(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, field: str
) -> None:
    """(D6)"""
    fake.settings(strips_tags=True)
    words = "temperature x<y and y>z rises"
    ctx = knowing(ctx, mastodon_account, Post("known", media=(picture(ctx, alt="plain"),)))
    alt, text = (words, "chart") if field == "alt" else ("plain", words)
    post = Post(text, media=(picture(ctx, b"two", alt=alt),))
    send(ctx, mastodon_account, post)
    assert differs(look(ctx, mastodon_account, post)) == ("other alt text" if field == "alt" else "rewritten text",)


def test_a_server_that_drops_alt_texts_is_never_believed_about_pictures(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    """(D6)"""
    fake.settings(strips_alts=True)
    ctx = knowing(ctx, mastodon_account, Post("known", media=(picture(ctx, alt="plain"),)))
    found = look(ctx, mastodon_account, Post("gone", media=(picture(ctx, b"two", alt="x"),)))
    assert isinstance(found, Doubt) and "otherwise than they were sent" in found.reason


@pytest.mark.parametrize("says_source", [True, False])
@pytest.mark.parametrize("dialect", ["mastodon", "pleroma", "gotosocial"])
@pytest.mark.parametrize(("ours", "theirs"), [
    ("Forecast: -5 °C at night", "Forecast: 5 °C at night"), ("Version 1-2 is out", "Version 12 is out"),
    ("**bold** move", "bold move"), ("2 > 1", "2  1"), ("a_b", "ab"), ("C# 9", "C 9"),
])  # fmt: skip
def test_marks_are_letters_and_a_near_text_is_never_found(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, ours: str, theirs: str, dialect: str, says_source: bool
) -> None:
    """(D7, D8)"""
    fake.settings(says_source=says_source, dialect=dialect)
    send(ctx := knowing(ctx, mastodon_account, Post("known")), mastodon_account, Post(theirs))
    assert differs(look(ctx, mastodon_account, Post(ours))) == ("rewritten text",)
    assert isinstance(look(ctx, mastodon_account, Post(theirs)), Found)


def test_a_post_that_another_open_record_fits_exactly_is_left_to_it(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    """(D8)"""
    first, second = Post("Version 12 is out"), Post("Version 1-2 is out")
    ctx = knowing(ctx, mastodon_account, Post("known"))
    send(ctx, mastodon_account, first)
    other_posts = {
        one.text: replace(ctx, other_posts=replace(ctx.other_posts, rivals=(one,))) for one in (first, second)
    }
    assert isinstance(look(other_posts[second.text], mastodon_account, first), Found)
    assert isinstance(look(other_posts[first.text], mastodon_account, second), Absent)
    assert differs(look(other_posts[first.text], mastodon_account, first)) == ("fits another post that waits as well",)


def test_pictures_of_one_text_are_told_apart_by_size_or_not_at_all(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    """(D9)"""
    wide, high = picture(ctx, b"w", width=40, height=30), picture(ctx, b"h", width=30, height=40)
    ours, other = (Post("New in the shop", media=(one,)) for one in (wide, high))
    ctx = knowing(ctx, mastodon_account, Post("known", media=(picture(ctx),)), rivals=(other,))
    send(ctx, mastodon_account, ours)
    assert differs(look(ctx, mastodon_account, ours)) == ("fits another post that waits as well",)
    fake.settings(sizes={high.sha256: [30, 40], wide.sha256: [20, 15]})
    send(ctx, mastodon_account, ours, "k2")
    found = look(ctx, mastodon_account, ours)
    assert isinstance(found, Found) and found.post_id == fake.posts()[-1]["id"]
    alone = replace(ctx, other_posts=replace(ctx.other_posts, rivals=(), taken=frozenset({fake.posts()[1]["id"]})))
    assert differs(look(alone, mastodon_account, other)) == ("pictures of another size",)


@pytest.mark.parametrize(("change", "said"), [
    ({"media": ()}, "other number of pictures"), ({"alt": "a dog"}, "other alt text"),
    ({"options": {"spoiler_text": "cw"}}, "other warning"), ({"options": PRIVATE}, "other visibility"),
    ({"options": {"sensitive": "1"}}, "marked as sensitive otherwise"),
])  # fmt: skip
def test_whatever_differs_is_named(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, change: dict[str, Any], said: str
) -> None:
    medium = picture(ctx, alt="a cat")
    send(ctx, mastodon_account, Post("hello", media=(medium,)))
    if "alt" in change:
        change = {"media": (replace(medium, alt=change["alt"]),)}
    assert said in differs(look(ctx, mastodon_account, replace(Post("hello", media=(medium,)), **change)))


@pytest.mark.parametrize(("more", "differs_by"), [
    ({}, ()), ({"in_reply_to_id": "5"}, ("an answer to another post",)), ({"reblog": {"id": "9"}}, None),
    ({"content": "<p>y</p>"}, None), ({"sensitive": True}, ("marked as sensitive otherwise",)),
    ({"visibility": "private"}, ("other visibility",)), ({"spoiler_text": "cw"}, ("other warning",)),
])  # fmt: skip
def test_an_answer_and_a_repeated_post_of_our_text_are_not_ours(
    more: dict[str, Any], differs_by: tuple[str, ...] | None
) -> None:
    """(D6) A person answers somebody with the words of a post, or repeats it."""
    status = {"id": "1", "content": "<p>x</p>", "visibility": "public", "sensitive": False, **more}
    assert differences(Post("x"), status, lambda _status: None) == differs_by


def test_mentions_of_one_name_on_two_servers_are_two_texts(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    send(ctx := knowing(ctx, mastodon_account, Post("known")), mastodon_account, Post("hi @bob@c.test"))
    assert differs(look(ctx, mastodon_account, Post("hi @bob@b.test"))) == ("rewritten text",)
    assert isinstance(look(ctx, mastodon_account, Post("hi @bob@c.test")), Found)


@pytest.mark.parametrize("minutes", [-50, -3, 18, 300])
def test_an_exact_post_at_an_odd_time_is_shown_and_not_taken(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, minutes: int
) -> None:
    ctx = knowing(ctx, mastodon_account, Post("known"))
    since = ctx.clock.now() - timedelta(minutes=minutes)
    ctx = replace(ctx, other_posts=replace(ctx.other_posts, until=since + timedelta(minutes=15)))
    send(ctx, mastodon_account, Post("x"))
    assert differs(look(ctx, mastodon_account, Post("x"), since)) == ("outside the attempt's time",)


def test_a_post_of_another_record_is_neither_found_nor_doubted(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    ctx = knowing(ctx, mastodon_account, Post("known"))
    taken = {send(ctx, mastodon_account, Post("x"))}
    ctx = replace(ctx, other_posts=replace(ctx.other_posts, taken=frozenset(taken)))
    assert isinstance(look(ctx, mastodon_account, Post("x")), Absent)
    mine = send(ctx, mastodon_account, Post("x"), "k2")
    found = look(ctx, mastodon_account, Post("x"))
    assert isinstance(found, Found) and found.post_id == mine


@pytest.mark.parametrize("setting", [
    {"lists_nothing": True}, {"lists_late": 600}, {"wrong_times": -7200}, {"wrong_times": 5400},
    {"no_date": True, "clock_offset": -300}, {"old_copy": 3000},
])  # fmt: skip
def test_a_list_that_cannot_be_believed_shows_no_absence(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, setting: dict[str, Any]
) -> None:
    if "clock_offset" in setting:
        fake.settings(**setting)
    ctx = knowing(ctx, mastodon_account, *(Post(f"known {n}") for n in range(4)))
    fake.settings(**setting)
    look(ctx, mastodon_account, Post("the copy is made now"))
    send(ctx, mastodon_account, stored := Post("stored"))
    assert isinstance(look(ctx, mastodon_account, stored), Doubt | Found)
    assert isinstance(look(ctx, mastodon_account, Post("not stored")), Doubt), setting


def test_a_list_out_of_order_shows_no_absence(fake: Fake, ctx: Context, mastodon_account: UnsealedAccount) -> None:
    fake.settings(shuffles=True)
    for number in range(4):
        ctx = knowing(ctx, mastodon_account, Post(f"known {number}"))
        fake.control("age", seconds=60)
    found = look(ctx, mastodon_account, Post("not stored"))
    assert isinstance(found, Doubt) and "order of time" in found.reason


@pytest.mark.parametrize("setting", [{}, {"lists_others": True}, {"clock_offset": -300}, {"clock_offset": 7200}, {"no_date": True}, {"says_source": True, "marks_down": True}])  # fmt: skip
def test_a_list_that_is_only_odd_is_read_right(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, setting: dict[str, Any]
) -> None:
    fake.settings(**setting)
    ctx = knowing(ctx, mastodon_account, *(Post(f"known *{n}*") for n in range(4)))
    post_id = send(ctx, mastodon_account, post := Post("**stored** 👩‍👩‍👧 مرحبا 你好"))
    found = look(ctx, mastodon_account, post)
    assert isinstance(found, Found) and found.post_id == post_id
    assert found.published_at and abs(found.published_at - ctx.clock.now()) < timedelta(minutes=1)
    assert isinstance(look(ctx, mastodon_account, Post("not stored")), Absent)


def test_a_known_post_that_somebody_took_down_is_no_reason_to_doubt(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    ctx = knowing(ctx, mastodon_account, Post("stays"), Post("goes"))
    assert MASTODON.delete(ctx, mastodon_account, ctx.other_posts.known[0].post_id).outcome == "yes"
    assert isinstance(look(ctx, mastodon_account, Post("x")), Absent)
    MASTODON.delete(ctx, mastodon_account, ctx.other_posts.known[1].post_id)
    assert isinstance(look(ctx, mastodon_account, Post("x")), Doubt)


def test_a_calibrating_post_further_down_is_read_to(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    medium = picture(ctx, alt="a")
    ctx = knowing(ctx, mastodon_account, Post("with a picture", media=(medium,)))
    fake.control("age", seconds=86400)
    known = replace(ctx.other_posts.known[0], published_at=ctx.other_posts.known[0].published_at - timedelta(days=1))
    ctx = replace(ctx, other_posts=replace(ctx.other_posts, known=(known,)))
    for number in range(60):
        send(ctx, mastodon_account, Post(f"n{number}"), f"k{number}")
    fake.control("age", seconds=3600)
    fake.settings(clock_offset=0)
    known = replace(known, published_at=known.published_at - timedelta(hours=1))
    ctx = replace(ctx, other_posts=replace(ctx.other_posts, known=(known,)))
    assert isinstance(look(ctx, mastodon_account, Post("x", media=(medium,))), Absent)


def test_a_list_that_repeats_itself_ends(fake: Fake, ctx: Context, mastodon_account: UnsealedAccount) -> None:
    fake.script("answer", on="read", times=0, status=200, body=[{"id": "1", "created_at": ctx.clock.now().isoformat(), "content": "<p>y</p>"}])  # fmt: skip
    assert isinstance(look(ctx, replace(mastodon_account, account_id="1"), Post("x")), Doubt | CannotTell)
