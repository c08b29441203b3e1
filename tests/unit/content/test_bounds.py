"""Every text has a bound that is asked before any work, and the work on what fits grows no faster than the text."""

from __future__ import annotations

import io

import pytest
import regex
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from PIL import Image

from app.content import bounds, diff, language_check, links, markdown_html, metadata, payload_diff, payloads
from app.content.markdown_text import plain
from app.content.merge import merge
from app.content.myers import Budget, common_runs
from app.lib.links import _whole
from app.lib.secrets import in_text
from app.platforms import bluesky_text, text_match, texts
from tests.steps import Costly, steps

FLAG = "\U0001f1e6"
EVIL = {
    "flags": FLAG, "combining marks": "\u0301", "joiners": "\U0001f469\u200d", "closing brackets": ")", "opening brackets": "[",
    "bracket pairs": "[]", "pictures": "![", "emphasis": "*a ", "mixed emphasis": "*_", "strong": "a**b_", "ticks": "`", "quotes": "> ",
    "list": "- a\n", "lists": "- a\n+ b\n", "tags": "<a ", "comments": "<!--", "entities": "&#", "one word": "a", "handles": "@a.",
    "hashtags": "#a!", "marks": "!", "links": "http://a.b/) ", "nested links": "http://", "spaces": " ", "lines": "\n", "table": "|-",
    "backslashes": "\\", "Chinese": "漢", "conjuncts": "क्", "dashes": "-----BEGIN ", "tokens": "eyJaaaaaaaa.", "app passwords": "abcd-",
}  # fmt: skip
WORK = {
    "plain": plain.__wrapped__, "html": markdown_html.render_markdown.__wrapped__, "marked": markdown_html.mark_links, "tokens": diff.tokens, "links": links.addresses,
    "add_utm": lambda t: links.add_utm(t, {"utm": {"source": "x"}}, "x"), "malformed_addresses": links.malformed_addresses, "secret": in_text,
    "scripts": language_check.languages, "words": payloads.count_words, "line": payloads.line, "graphemes": texts.graphemes, "mastodon": texts.mastodon(),
    "facets": lambda t: bluesky_text.facets(t, {}), "answer": text_match.plain, "kin": text_match.skeletons.__wrapped__,
}  # fmt: skip


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_work_on_a_text_grows_no_faster_than_the_text(work):
    """(S7) twice as long a text costs at most little more than twice as many steps, whatever it is made of."""
    for name, piece in EVIL.items():
        once, twice = ((piece * size)[:size] for size in (250, 500))
        work(once)
        cost, double = steps(lambda text=once: work(text)), steps(lambda text=twice: work(text))
        assert double <= 2.6 * cost + 200, (name, cost, double)


def test_a_run_of_closing_brackets_is_walked_over_a_few_times_not_once_for_each():
    """(S7) `http://a.b/` and 100,000 brackets: 13 s before."""
    for opened in ("", "(" * 2_500):
        Costly.walked = 0
        assert _whole(Costly(f"http://a.b/{opened}" + ")" * 5_000)) == f"http://a.b/{opened}" + ")" * len(opened)
        assert Costly.walked < 20 * 5_000


def test_the_fill_bytes_of_a_picture_are_passed_over_at_once():
    """(S5) 15 MB of them before a marker held the only turn for 18 s."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    plain_one, filled = out.getvalue(), out.getvalue()[:2] + b"\xff" * 100_000 + out.getvalue()[2:]
    assert metadata.jpeg(filled) == metadata.jpeg(plain_one)
    assert steps(lambda: metadata.jpeg(filled)) < 2 * steps(lambda: metadata.jpeg(plain_one))


def test_a_text_of_nothing_but_tags_is_marked_without_copying_it_for_each(monkeypatch):
    """(S7) 100,000 characters of them took 12 s: adding to a text copies it, which no count of lines sees."""

    def added(one, other):
        raise AssertionError("added up")

    monkeypatch.setattr(markdown_html.Markup, "__add__", added)
    assert markdown_html.mark_links("#石 <b> " * 5).count('<span class="pv-tag">#石</span> &lt;b&gt; ') == 5


@given(st.text("\U0001f1e6\U0001f1e9\u0301\u200d\u0600a👨🏽\r\n ", max_size=12))
def test_flags_are_counted_in_pairs_without_looking_back(text):
    """(S7) \\X alone took 28 s for 60,000 regional indicators: it never sees two of them."""
    assert texts.graphemes(text) == len(regex.findall(r"\X", text))
    assert not regex.search(f"[{FLAG}-\U0001f1ff]", texts.flags_as_letters(text))


def test_a_word_diff_takes_a_run_of_flags_two_by_two():
    """(S7) the same look-back stood in the tokens of the comparison."""
    assert {len(t) for t in diff.tokens(FLAG * 1_000)} == {2}


@pytest.mark.parametrize(
    "deep", ["*a " * 3_000 + "x" + "*" * 3_000, "*" * 3_000 + "x" + "*" * 3_000, "![" * 900 + "](a)" * 900]
)
def test_no_nesting_of_marks_ends_in_a_recursion_error(deep):
    """(S7) 300 nested emphases in 1.5 kB were a 500."""
    assert isinstance(plain(deep), str) and "x" in str(markdown_html.render_markdown(deep)) + "x"


def test_what_looks_like_a_tag_in_a_server_s_answer_is_not_searched_to_the_end():
    """(S7) `<a ` 7,000 times kept a worker busy for more than 7 s."""
    assert text_match.plain("<a " * 3 + "1 < 2 <b>x</b>") == "<a <a <a 1 < 2 x"
    assert steps(lambda: text_match.plain("<a " * 2_000)) < 100 * 2_000


PAIRS = [
    ("a " * 900, "b a " * 450),
    ("a b " * 20_000, "b a " * 20_000),
    ("\n" * 50_000 + "end", "a\n" + "\n" * 49_000 + "END"),
    ("x" * 100_000, "y" * 100_000),
    (FLAG * 50_000, "a" + FLAG * 50_000),
    ("a\nb\n" * 12_000, "b\na\n" * 12_000),
]


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=range(len(PAIRS)))
def test_comparing_two_versions_has_a_budget(old, new):
    """(S4) 30 s for two texts of 2 kB before; what is not found within the budget is shown as changed as a whole."""
    budget = Budget()
    parts = diff.diff_words(old, new, budget)
    assert "".join(p.text for p in parts if p.kind != "ins") == old
    assert "".join(p.text for p in parts if p.kind != "del") == new
    assert budget.left > -200_000  # one run may pass it, by its own length


def test_a_block_that_cannot_be_compared_leaves_room_for_those_after_it():
    """(S4) one evil paragraph does not hide what changed in the others."""
    evil, evil_too = " ".join(map(str, range(3_000))), " ".join(f"-{n}" for n in range(3_000))
    parts = diff.diff_words(f"{evil}\nsame\nfor eight weeks", f"{evil_too}\nsame\nfor six weeks")
    assert diff.Part("del", "eight") in parts and diff.Part("ins", "six") in parts


def test_both_texts_of_a_clash_are_merged_within_a_budget():
    """(S4) the merge compared lines in the same way."""
    base, mine, theirs = "a\n" * 4_000, "b\na\n" * 2_000, "c\na\n" * 2_000
    merged = merge(base, mine, theirs)
    assert merged.conflicts == 1 and merged.text.startswith(theirs) and mine in merged.text


def test_the_same_pair_of_versions_is_compared_once():
    """(S4) a review is looked at many times, and versions never change."""
    old, new = {"body": "a " * 60, "media": []}, {"body": "b a " * 30, "media": []}
    first = steps(lambda: payload_diff.sections(old, new))
    assert steps(lambda: payload_diff.sections(old, new)) < first / 5
    for n in range(2 * payload_diff.KNOWN):
        payload_diff.sections(old, {"body": str(n), "media": []})
    assert len(payload_diff._known) <= payload_diff.KNOWN


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
@hypothesis(max_examples=300)
def test_within_the_budget_the_longest_common_part_is_found(one, two):
    runs = common_runs(one, two, Budget())
    assert all(one[r.a : r.a + r.length] == two[r.b : r.b + r.length] for r in runs)
    assert sum(r.length for r in runs) == longest(one, two)
    assert [(r.a, r.b) for r in runs] == sorted((r.a, r.b) for r in runs)


def longest(one, two):
    table = [[0] * (len(two) + 1) for _ in range(len(one) + 1)]
    for x, left in enumerate(one):
        for y, right in enumerate(two):
            table[x + 1][y + 1] = table[x][y] + 1 if left == right else max(table[x][y + 1], table[x + 1][y])
    return table[-1][-1]


def text_of(**changed):
    return payloads.normalize({"title": "t", "body": "b"} | changed)


X = "x" * (bounds.MAX_TEXT + 1)
TOO_MUCH = [
    ("title", text_of(title="x" * 301)), ("body", text_of(body=X)), ("language", text_of(language="x" * 36)),
    ("variant_site", text_of(variants={"site": {"text": X}})), ("variant_site", text_of(variants={"site": {"parts": [X]}})),
    ("variant_site", text_of(variants={"site": {"parts": ["x"] * 101}})), ("variant_site", text_of(variants={"site": {"first_comment": X}})),
    ("variant_site", text_of(variants={"site": {"options": {"a": "x" * 5_001}}})), ("body", text_of(link_rules={"utm": {"source": "x" * 501}})),
    ("pictures", text_of(media=[{"sha256": "0" * 64, "alt": "x" * 10_001}])), ("pictures", text_of(media=[{"sha256": "0" * 64}] * 21)),
    ("body", text_of(variants={f"p{n}": {"text": "x"} for n in range(41)})),
    ("body", text_of(variants={f"p{n}": {"text": "x" * 99_000} for n in range(4)})),
]  # fmt: skip


@pytest.mark.parametrize(("field", "of"), TOO_MUCH, ids=range(len(TOO_MUCH)))
def test_every_text_list_and_choice_of_a_version_has_a_bound(field, of):
    """(S7) asked in one place: composer, preview, autosave and verbs all read these words."""
    assert set(bounds.too_much(of)) == set(bounds.problems(of)) == {field}


def test_nothing_of_a_text_that_fits_is_refused():
    whole = text_of(
        title="t" * 300, body="x" * 100_000, variants={"site": {"text": "y" * 99_000, "parts": ["z" * 100] * 100}}
    )
    assert bounds.problems(whole) == {} and bounds.too_much(text_of(title="")) == {}
    assert "title" in bounds.problems(text_of(title=""))


def test_one_word_of_a_megabyte_is_refused_by_its_length_alone():
    """(S7) no step of the check walks over the text."""
    huge = text_of(body="a" * 1_000_000)
    assert steps(lambda: bounds.too_much(huge)) < 100


def test_fields_of_a_form_are_counted_before_they_are_taken_apart():
    """(S6) `a&a&a…` of 23 MB: 19 s and 930 MB before."""
    from werkzeug.exceptions import RequestEntityTooLarge

    from app.web.body_limits import MAX_FIELDS
    from app.web.request import BoundedParser

    def parse(data):
        parser = BoundedParser(max_form_parts=MAX_FIELDS, max_form_memory_size=10_000)
        return parser.parse(io.BytesIO(data), "application/x-www-form-urlencoded", len(data))[1]

    assert len(parse(b"&".join(b"a%d=b" % n for n in range(MAX_FIELDS)))) == MAX_FIELDS
    for evil in (b"a&" * MAX_FIELDS, b"a=" + b"x" * 10_001):
        with pytest.raises(RequestEntityTooLarge):
            parse(evil)
