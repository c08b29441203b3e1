"""Search words, times in zones, texts that look like secrets, pre-flight figures."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.content import links
from app.content.checks import summary
from app.content.payloads import count_words, normalize
from app.content.preview import Count, preview
from app.content.search import search_words
from app.lib import local_time
from app.lib.secrets import in_text


@pytest.mark.parametrize(
    "text",
    [
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "xoxb-123456789012-abcdef", "AKIAIOSFODNN7EXAMPLE", "k3xw-7abc-zzzz-qqqq",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N", "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc",
        "-----BEGIN RSA PRIVATE KEY-----", "Authorization: Bearer abcdefghijklmnopqrstuvwx", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF", "aBcD eF1h IjKl MnOp QrSt UvWx",
    ],
)  # fmt: skip
def test_secrets_are_noticed(text):
    assert in_text(f"My text {text} goes on") is not None


@pytest.mark.parametrize(
    "text",
    [
        "https://x.example/abcdefghijklmnopqrstuvwxyzABCDEF0123456789", "best-shot-ever-made", "#iwagumi #ada60p #AquascapeOfTheYear2026",
        "deadbeef" * 5, "我们种植了苔藓" * 20, "Call +251 911 234567", "supercalifragilisticexpialidocious", "a" * 200,
    ],
)  # fmt: skip
def test_ordinary_texts_are_left_alone(text):
    assert in_text(text) is None


def test_times_in_a_zone():
    assert local_time.moment("2026-11-20", "16:00", "Africa/Addis_Ababa") == datetime(2026, 11, 20, 13, tzinfo=UTC)
    with pytest.raises(local_time.WrongTime, match="does not exist"):
        local_time.moment("2027-03-28", "02:30", "Europe/Berlin")
    with pytest.raises(local_time.WrongTime, match="comes twice") as twice:
        local_time.moment("2026-10-25", "02:30", "Europe/Berlin")
    assert twice.value.twice
    first, second = (local_time.moment("2026-10-25", "02:30", "Europe/Berlin", w) for w in ("first", "second"))
    assert (second - first).total_seconds() == 3600


@pytest.mark.parametrize(
    ("on", "at", "zone"),
    [
        ("", "10:00", "UTC"),
        ("2026-02-30", "10:00", "UTC"),
        ("2026-11-20", "25:00", "UTC"),
        ("2026-11-20", "10:00", "Mars/Base"),
        ("9999-12-31", "23:59", "America/New_York"),
        ("2026-11-20", "10:00", "../etc/passwd"),
    ],
)
def test_garbage_is_no_time(on, at, zone):
    with pytest.raises(local_time.WrongTime):
        local_time.moment(on, at, zone)


def test_leap_day():
    assert local_time.moment("2028-02-29", "12:00", "UTC") == datetime(2028, 2, 29, 12, tzinfo=UTC)


def test_search_words_of_all_scripts():
    assert search_words("Rinse 岩组水景，石 café's") == (["Rinse", "café's"], ["岩组", "组水", "水景", "石"])
    assert search_words("... !! \\") == ([], [])
    assert search_words("back\\slash back") == (["back", "slash"], [])


def test_addresses_end_where_the_sentence_does():
    text = "See https://a.example/x. (https://b.example/y_(z)) 看https://c.example/路径，好 https://d.example…"
    assert links.addresses(text) == [
        "https://a.example/x",
        "https://b.example/y_(z)",
        "https://c.example/路径",
        "https://d.example",
    ]
    assert links.malformed_addresses("http://nodots/x https://ok.example http://localhost:80/ https://..x") == [
        "http://nodots/x",
        "https://..x",
    ]


def test_one_character_too_long_is_named_with_the_number():
    fits, over = normalize({"title": "t", "body": "x" * 500}), normalize({"title": "t", "body": "x" * 501})
    assert preview(fits, "sandbox").problems == []
    assert [p.message for p in preview(over, "sandbox").problems] == ["1 character too long (the limit is 500)."]
    assert preview(over, "site").problems == []


@pytest.mark.parametrize(("used", "tone"), [(252, ""), (270, ""), (271, "wait"), (300, "wait"), (301, "bad")])
def test_the_count_turns_amber_above_nine_tenths_and_red_above_the_limit(used, tone):
    assert Count(used, 300).tone == tone


def test_bluesky_counts_graphemes():
    got = preview(normalize({"title": "t", "body": "👨‍👩‍👧‍👦" * 300}), "bluesky")
    assert (got.count.used, got.count.tone) == (300, "wait")
    assert [p.severity for p in got.problems] == ["error"]  # 300 families are far more than 3,000 bytes


def test_the_checks_card():
    of = normalize({"title": "t", "body": "x" * 501, "media": [{"sha256": "a" * 64, "alt": ""}]})
    said = {c.title: c.tone for c in summary(of, [preview(of, "sandbox"), preview(of, "site")], ["Other"])}
    assert (
        said["Too long"] == "bad"
        and said["Pictures without description"] == "wait"
        and said["Looks like a duplicate"] == "wait"
    )


def test_words_of_chinese_and_latin_are_counted():
    assert count_words("Five stones 五块石头") == 6


@pytest.mark.parametrize(
    ("text", "language", "likely"),
    [
        ("خمسة أحجار وقصة واحدة", "en", "ar"), ("خمسة أحجار", "fa", None), ("五块石头", "en", "zh"), ("五块石头", "zh-TW", None),
        ("石が五つ、物語は一つ", "zh", "ja"), ("Five stones", "de", None), ("Five 石 stones", "en", None), ("123 👨‍👩‍👧 !!", "en", None), ("ሰላም ለዓለም", "en", "am"),
    ],
)  # fmt: skip
def test_a_text_in_other_letters_than_its_language_is_noticed(text, language, likely):
    from app.content.language_check import mismatch

    assert mismatch(text, language) == likely
    of = normalize({"title": "t", "body": text, "language": language})
    assert ("language" in [p.field for p in preview(of, "site").problems]) == bool(likely)
