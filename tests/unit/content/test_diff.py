"""Word diff and three-way merge."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.content.diff import Part, count_changes, diff_words, paragraphs
from app.content.merge import merge
from app.content.payload_diff import sections


def kinds(parts, kind):
    return [p.text for p in parts if p.kind == kind]


def test_words_are_marked_not_letters():
    parts = diff_words("misted for eight weeks, then flooded", "misted for six weeks, then flooded")
    assert kinds(parts, "del") == ["eight"] and kinds(parts, "ins") == ["six"] and count_changes(parts) == 1


def test_chinese_is_compared_by_character():
    parts = diff_words("我们种植了苔藓", "我们养殖了苔藓")
    assert kinds(parts, "del") == ["种植"] and kinds(parts, "ins") == ["养殖"]


def test_arabic_words_with_marks_stay_whole():
    parts = diff_words("يميل الحجر مع التيار", "يميل الصخر مع التيار")
    assert kinds(parts, "del") == ["الحجر"] and kinds(parts, "ins") == ["الصخر"]


def test_an_emoji_family_is_one_word():
    parts = diff_words("hi 👨‍👩‍👧", "hi 👨‍👩‍👦")
    assert kinds(parts, "ins") == ["👨‍👩‍👦"]


def test_paragraphs_split_changes_at_line_ends():
    lines = paragraphs([Part("same", "a\nb "), Part("ins", "c\nd")])
    assert lines == [[Part("same", "a")], [Part("same", "b "), Part("ins", "c")], [Part("ins", "d")]]


def test_a_page_long_rewrite_is_quick_and_complete():
    old, new = " ".join(f"old{i}" for i in range(20_000)), " ".join(f"new{i}" for i in range(20_000))
    assert diff_words(old, new) == [Part("del", old), Part("ins", new)]


TEXT = st.text(alphabet="ab 中文\n.é👩‍", max_size=60)


@given(TEXT, TEXT)
def test_both_texts_can_be_read_back(old, new):
    parts = diff_words(old, new)
    assert "".join(p.text for p in parts if p.kind != "ins") == old
    assert "".join(p.text for p in parts if p.kind != "del") == new


def test_sections_name_what_changed_only():
    old = {"title": "a", "body": "b", "media": [{"sha256": "a" * 64, "alt": "x"}]}
    new = {**old, "variants": {"x": {"text": "own"}}, "media": [{"sha256": "a" * 64, "alt": "y"}]}
    assert [(s.key, s.count) for s in sections(old, new)] == [("pictures", 1), ("variant:x", 1)]
    assert sections(old, old) == []


BASE = "one\ntwo\nthree\nfour"


def test_changes_in_different_lines_are_both_kept():
    assert merge(BASE, "one\n2\nthree\nfour", "one\ntwo\nthree\nfour\nfive") == ("one\n2\nthree\nfour\nfive", 0)


def test_the_same_line_changed_by_both_keeps_both_and_says_so():
    assert merge(BASE, "one\nmine\nthree\nfour", "one\ntheirs\nthree\nfour") == ("one\ntheirs\nmine\nthree\nfour", 1)


@given(TEXT, TEXT, TEXT)
def test_no_line_of_mine_is_ever_lost_that_i_wrote(base, mine, theirs):
    merged = merge(base, mine, theirs).text.split("\n")
    assert set(mine.split("\n")) - set(base.split("\n")) <= set(merged)


def test_no_text_keeps_a_page_waiting():
    from time import perf_counter

    from app.content.links import addresses

    lines, other = "\n" * 50_000 + "end", "a\n" + "\n" * 49_000 + "END"
    words_one, words_two = "a b " * 20_000, "b a " * 20_000
    began = perf_counter()
    for old, new in ((lines, other), (words_one, words_two)):
        parts = diff_words(old, new)
        assert "".join(p.text for p in parts if p.kind != "ins") == old
        assert "".join(p.text for p in parts if p.kind != "del") == new
    assert merge(lines, other, words_one).conflicts == 1
    assert addresses("https://x.example/" + ")" * 100_000) == ["https://x.example/"]
    assert perf_counter() - began < 10
