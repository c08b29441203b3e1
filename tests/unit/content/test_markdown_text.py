"""Markdown as plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content.markdown_text import plain


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# Head\n\nText", "Head\n\nText"),
        ("one\ntwo", "one\ntwo"),
        ("#iwagumi #ada60p @mara", "#iwagumi #ada60p @mara"),
        ("- a\n- b\n  - c", "• a\n• b\n  • c"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("[log](https://a.example)", "log (https://a.example)"),
        ("<https://a.example>", "https://a.example"),
        ("![alt](x.png)", ""),
        ("5 * 3 * 2 = 30, snake_case_word, C:\\path", "5 * 3 * 2 = 30, snake_case_word, C:\\path"),
        ("a < b & c &amp; <b>d</b>", "a < b & c &amp; <b>d</b>"),
        ("    indented", "indented"),
        ("مرحبا **بالعالم**", "مرحبا بالعالم"),
        ("**五块**石头，👨‍👩‍👧‍👦", "五块石头，👨‍👩‍👧‍👦"),
        ("> said", "“said”"),
    ],
)
def test_marks_go_and_meaning_stays(markdown, text):
    assert plain(markdown) == text


@given(st.text(max_size=400))
def test_it_never_raises(text):
    plain(text)
