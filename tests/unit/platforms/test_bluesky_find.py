"""Looking for a post whose key was dated anew when it was sent: a restored desk knows the key of the plan only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.platforms import bluesky_find, registry
from app.platforms.base import Absent, CannotTell, Context, Found, Lookup, Post, UnsealedAccount
from app.platforms.keys import renewed_tid, tid
from tests.fakes.client import Fake

BLUESKY = registry.get("bluesky")
NOW = datetime.now(UTC)
PLAN = tid(NOW + timedelta(days=100, microseconds=500))
"""Its mark is no other key's of these tests, whatever clock ids are drawn."""


def send(ctx: Context, account: UnsealedAccount, text: str, key: str) -> str:
    post = Post(text)
    return BLUESKY.publish(ctx, account, post, key, BLUESKY.prepare(ctx, account, post)).post_id


def look(ctx: Context, account: UnsealedAccount, since: datetime = NOW) -> Lookup:
    return BLUESKY.find(ctx, account, Post("x"), PLAN, since)


def test_a_post_is_found_by_the_mark_of_its_key(
    fake: Fake, ctx: Context, bluesky_account: UnsealedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """(J5) Behind others of the account, on a further page."""
    uri = send(ctx, bluesky_account, "x", renewed_tid(PLAN, NOW))
    for n in range(3):
        send(ctx, bluesky_account, f"later {n}", tid(NOW + timedelta(seconds=n + 1)))
    for page in (100, 1):
        monkeypatch.setattr(bluesky_find, "PAGE", page)
        found = look(ctx, bluesky_account)
        assert isinstance(found, Found) and (found.post_id, found.matched_by) == (uri, "key")


def test_a_post_from_before_the_attempt_is_not_ours(fake: Fake, ctx: Context, bluesky_account: UnsealedAccount) -> None:
    send(ctx, bluesky_account, "x", renewed_tid(PLAN, NOW - timedelta(hours=1)))
    assert isinstance(look(ctx, bluesky_account), Absent)
    assert isinstance(look(ctx, bluesky_account, NOW - timedelta(hours=2)), Found)


def test_records_whose_keys_carry_no_time_hide_nothing(
    fake: Fake, ctx: Context, bluesky_account: UnsealedAccount
) -> None:
    """A first page of them alone: the list is read on."""
    uri = send(ctx, bluesky_account, "x", renewed_tid(PLAN, NOW))
    did = uri.removeprefix("at://").partition("/")[0]
    strange = [{"uri": f"at://{did}/app.bsky.feed.post/{key}"} for key in ("zz-by-hand", "self")] + [{"uri": 7}, None]
    body = {"records": strange, "cursor": "zz"}
    fake.script("answer", on="read", match="listRecords", status=200, body=body)
    found = look(ctx, bluesky_account)
    assert isinstance(found, Found) and found.post_id == uri


@pytest.mark.parametrize(
    "how",
    [
        {"do": "answer", "status": 502},
        {"do": "answer", "status": 200, "body": {"records": None}},
        {"do": "answer", "status": 200, "body": "<html>"},
        {"do": "close_before"},
    ],
)
def test_a_list_that_cannot_be_read_proves_no_absence(
    fake: Fake, ctx: Context, bluesky_account: UnsealedAccount, how: dict[str, object]
) -> None:
    send(ctx, bluesky_account, "y", tid(NOW))
    fake.script(on="read", match="listRecords", **how)
    assert isinstance(look(ctx, bluesky_account), CannotTell)


def test_a_list_without_end_proves_no_absence(
    fake: Fake, ctx: Context, bluesky_account: UnsealedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky_find, "PAGES", 2)
    monkeypatch.setattr(bluesky_find, "PAGE", 1)
    for n in range(3):
        send(ctx, bluesky_account, f"y{n}", tid(NOW + timedelta(seconds=n)))
    assert isinstance(look(ctx, bluesky_account), CannotTell)
