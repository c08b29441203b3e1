"""Counting as the platforms count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.links import urls
from app.platforms import texts

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("abc", 3), ("é", 1), ("e\u0301", 1), (FAMILY, 1), ("🇩🇪🇫🇷", 2), ("한국어", 3), ("हिन्दी", 2), ("a\r\nb", 3), ("👍🏽", 1)],
)  # fmt: skip
def test_graphemes(text: str, count: int) -> None:
    assert texts.graphemes(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("hello", 5),
        ("https://example.com/" + "a" * 200, 23),
        ("see https://example.com, now", 4 + 23 + 5),
        ("(https://en.wikipedia.org/wiki/A_(b))", 25),
        ("http://例え.jp/x 見る", 23 + 3),
        ("@desk@social.example.org hi", 8),
        ("@desk hi", 8),
        ("mail me@example.org", 19),
        (FAMILY * 3, 3),
        ("https://", 8),
    ],
)
def test_mastodon(text: str, count: int) -> None:
    """Source: status_length_validator.rb and its spec (23 per link, remote mentions without their domain)."""
    assert texts.mastodon()(text) == count


@given(st.text())
def test_no_count_fails_or_is_negative(text: str) -> None:
    for count in (texts.graphemes, texts.mastodon()):
        assert 0 <= count(text) <= 23 * len(text)


@given(st.text(), st.sampled_from(["https://a.example/b", "http://x.test/?q=1#f"]))
def test_a_link_is_found_where_it_stands(before: str, url: str) -> None:
    whole = f"{before} {url} after"
    assert any(whole[s.start : s.end] == s.text == url for s in urls(whole))
