"""Keys that carry their time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.platforms import registry
from app.platforms.keys import is_tid, renewed_tid, tid, tid_mark, tid_time

PLAN = datetime(2027, 3, 3, 9, 0, 0, 860_123, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, 0, 0, 500_000, tzinfo=UTC)
BLUESKY, SANDBOX, MASTODON = (registry.get(slug) for slug in ("bluesky", "sandbox", "mastodon"))


@pytest.mark.parametrize("now", [NOW, NOW + timedelta(milliseconds=400), PLAN, PLAN + timedelta(days=400)])
def test_a_key_dated_anew_is_of_the_last_second_and_keeps_its_mark(now: datetime) -> None:
    before = tid(PLAN, 77)
    after = renewed_tid(before, now)
    assert timedelta(0) <= now - tid_time(after) < timedelta(seconds=1)
    assert tid_mark(after) == tid_mark(before) == (860_123, 77)
    assert renewed_tid(after, now) == after


@pytest.mark.parametrize("key", ["", "k1", "zzzzzzzzzzzzz", "3KMIDJ2VQAO2E", "3kmidj2vqao2e9"])
def test_what_is_no_tid_is_made_anew(key: str) -> None:
    assert not is_tid(key) and is_tid(renewed_tid(key, NOW))


def test_which_connectors_date_a_key_by_its_sending() -> None:
    """(J5) A plan that lies ahead dates nothing; a sandbox's key ages on, since its behaviour counts from it."""
    ahead, past = tid(PLAN), tid(NOW - timedelta(hours=1))
    assert tid_time(BLUESKY.renew_key(ahead, NOW)) <= NOW and tid_time(SANDBOX.renew_key(ahead, NOW)) <= NOW
    assert BLUESKY.renew_key(past, NOW) != past and SANDBOX.renew_key(past, NOW) == past
    assert MASTODON.renew_key("k", NOW) != "k"
    for slug in ("site", "webhook"):
        assert registry.get(slug).renew_key("k", NOW) == "k"
