"""(S12) What is looked for first must be there wherever the dear search would find something; what is kept keeps no secret."""

from __future__ import annotations

import json
import random
import re

import pytest

from app.lib import redact
from app.lib.secrets import search
from app.lib.secrets.shapes import SHAPES
from app.lib.secrets.views import views
from app.outbound.redacted_copies import response_copy
from tests.unit.lib.secrets import ENCODINGS, shaped

PIECES = [
    "a", "A", "7", "_", "-", ".", ":", "=", "/", " ", "\n", '"', "\x1f", "ab12", "-ab12", "-1234", "-abcd-ab12-7bcd", "AB12", "123456", "7654321", ":AA", "123456:" + "k" * 30,
    "Mabcdefghijklmnopqrstuv", ".Ab_1-2", ".abcdef.", "abcdefgh", "ABCDEFGH12", "ghp_", "ghs_", "github_pat_", "glpat-", "shpat_", "shpss_", "abcdef12",
    "sq0csp-", "xoxb-", "AKIA", "sk-", "EAA", "eyJ", "token", "api_key", '"token" : "', "x" * 39, "y" * 41, "bot", "cookie: ", "https://", "@",
    "|" + "k" * 20, "123456789012345", "-us12", "abcdef0123456789", "SK",
]  # fmt: skip


def mixtures(count: int) -> list[bytes]:
    draw = random.Random(20)
    return ["".join(draw.choices(PIECES, k=draw.randint(1, 9))).encode() for _ in range(count)]


def missed(text: bytes) -> list[int]:
    """The shapes that are there and would not be looked for."""
    may_be = search.may_be(text, text.lower().decode("latin-1"))
    return [place for place, shape in enumerate(SHAPES) if place not in may_be and shape.pattern.search(text)]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_shape_that_is_there_is_looked_for(encoding):
    written = [ENCODINGS[encoding](secret).encode("utf-8", "surrogatepass") for secret in shaped()]
    assert [view.data for text in written for view in views(text) if missed(view.data)] == []


def test_no_mixture_hides_a_shape_from_what_is_looked_for_first():
    texts = mixtures(20_000)
    found = {place for text in texts for place, shape in enumerate(SHAPES) if shape.pattern.search(text)}
    assert [text for text in texts if missed(text)] == []
    assert {place for needs, place in search._CHEAPER} <= found, "the mixtures have what the cheaper patterns stand for"


def test_a_name_that_is_not_given_back_names_the_same_values():
    slow = re.compile(search._PAIRS.pattern.replace(b"{2,40}+", b"{2,40}"))
    assert slow.pattern != search._PAIRS.pattern
    for text in mixtures(20_000):
        assert [m.span() for m in slow.finditer(text)] == [m.span() for m in search._PAIRS.finditer(text)], text


@pytest.fixture
def _forgets():
    yield
    redact.remember([])


@pytest.mark.usefixtures("_forgets")
def test_a_word_that_becomes_a_secret_of_the_process_is_taken_out():
    assert redact.text("correcthorse") == redact.text("correcthorse") == "correcthorse"
    redact.remember(["correcthorse"])
    assert redact.text("correcthorse") == redact.text("correcthorse") == redact.MARK


@pytest.mark.usefixtures("_forgets")
def test_words_are_kept_and_nothing_that_might_be_a_key():
    redact.remember([])
    for value in ("in_review", "q7zkppw9", "Zkppw", "a b", "correcthorse", "", "_", "a" * 5 + "ß", *shaped()):
        redact.text(value)
        redact.text(value, ["correcthorse"])
    assert redact._harmless == {"in_review", "correcthorse"}


def test_names_hide_the_same_where_nothing_is_known_to_stand_in_the_texts():
    deep: object = "bottom"
    for _ in range(redact.DEEPEST + 2):
        deep = [deep]
    whole = {
        "id": 7, "access_token": "x", "none": None, "token": None, "yes": True, "secret": False, "cookie": {"a": 1}, "jwt": "", "pin": 1234, "of": 1.5,
        "list": [{"password": ["a"]}, "b", [1, {"session": "s"}]], "deep": deep, "secret_name": {"x": [{"auth": 0}]},
    }  # fmt: skip
    shown = json.loads(redact.body(json.dumps(whole).encode(), "application/json", cap=10**6))
    assert shown == redact.value(whole) and shown["access_token"] == shown["cookie"] == redact.MARK


def test_a_secret_in_the_name_of_a_header_is_found_where_the_rest_holds_none():
    secret, plain = "q7Zk-PpW9_vR2mTn4LxYb81c", {"server": "nginx", "date": "Sun, 29 Nov 2026"}
    values = redact.prepare_for((value.encode() for value in plain.values()), [secret])
    whole = redact.prepare_for((value.encode() for value in plain.values()), [secret], plain)
    assert (values.anything, values.in_names, whole.anything, whole.in_names) == (False, True, False, False)
    named = {**plain, f"x-{secret}": "1"}
    assert secret not in str(redact.headers(named, values)), "the values alone were searched"
    assert secret not in str(redact.headers(named, redact.prepare_for([b"1"], [secret], named)))
    assert secret.lower() not in str(
        response_copy(200, {name.lower(): value for name, value in named.items()}, b"{}", [secret], None)
    )
    assert redact.headers(plain, whole) == plain
