"""Texts are compared after the server's own rewriting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platforms.text_match import plain, same_text
from tests.fakes.rendering import content


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b<br>c</p>", "a\n\nb\nc"),
        ("<p>x &lt;3 &amp; y</p>", "x <3 & y"),
        ('<p><span class="h-card"><a href="https://b.test/@u">@<span>u</span></a></span> hi</p>', "@u hi"),
        ('<a href="https://e.test/long"><span class="invisible">https://</span>e.test/<span>long</span></a>', "https://e.test/long"),
        ('hi <img src="x" alt=":blob:">', "hi :blob:"),
    ],
)  # fmt: skip
def test_plain(html: str, text: str) -> None:
    assert plain(html) == text


@pytest.mark.parametrize(
    ("sent", "shown", "how"),
    [
        ("a\n\n\n\nb", "a\n\nb", "exact"),
        ("hi @bob@b.test!", "hi @bob!", "exact"),
        ("https://例え.jp/x", "https://xn--r8jz45g.jp/x", "exact"),
        ("**bold** move", "bold move", "rewritten"),
        ("one", "two", ""),
        ("👍", "👎", ""),
        ("- a\n- b", "a\nb", "rewritten"),
        ("", "", "exact"),
        ("#", "", ""),
        ("Vote at 10", "Vote at 11", ""),
    ],
)
def test_same_text(sent: str, shown: str, how: str) -> None:
    assert same_text(sent, shown) == how


@pytest.mark.parametrize("dialect", ["mastodon", "pleroma", "gotosocial"])
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n")))
def test_a_rendered_text_is_always_recognised(dialect: str, text: str) -> None:
    shown = plain(content(text.strip(), "http://fake.test", dialect))
    assert same_text(text, shown) or not text.strip()
