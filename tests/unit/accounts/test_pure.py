"""Pure pieces of accounts: the shape of a secret, slots, breaker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts import breaker, posting_rules, slots
from app.accounts.connect_input import looks_like_address
from app.accounts.connector_context import address_problem
from app.lib.secrets import in_field

SECRETS = [
    "abcd-efgh-1234-wxyz",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "Bearer abcdefghijklmnop1234",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "ghp_0123456789abcdefghijABCDEFGHIJ",
    "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1",
    "kZ2x8QmR4tV7pL9sW3nB6yD1",
    "-----BEGIN PRIVATE KEY-----\nMIIB",
    "https://name:hunter22@example.org/",
    "https://example.org/hook?access_token=0123456789abcdef",
]
PLAIN = [
    "@aquascene.studio",
    "aquascene.bsky.social",
    "Aqua Scene Studio, Nairobi branch 2026",
    "https://mastodon.social",
    "https://example.org/path/to/page?q=a",
    "press-room-desk",
    "did:plc:ewvi7nxzyoun6zhxrhs64oiz",
    "1234567890",
    "",
    "水族造景工作室",
    "https://[broken",
]


@pytest.mark.parametrize("text", SECRETS)
def test_it_knows_a_secret(text: str) -> None:
    assert in_field(text)


@pytest.mark.parametrize("text", PLAIN)
def test_it_lets_plain_words_pass(text: str) -> None:
    assert in_field(text) is None


def test_it_knows_an_address() -> None:
    assert looks_like_address("https://mastodon.social/@x") and looks_like_address("me@example.org")
    assert not looks_like_address("abcd-efgh-1234-wxyz")


def test_it_reads_slots_as_people_write_them() -> None:
    assert posting_rules.parse_slots("Mon, thu 9:00 18:30\n\nweekend 12:00") == [
        (0, "09:00"), (0, "18:30"), (3, "09:00"), (3, "18:30"), (5, "12:00"), (6, "12:00"),
    ]  # fmt: skip


def test_slots_survive_a_round_trip() -> None:
    text = "weekdays 09:00 18:30\nSun 12:00"
    assert posting_rules.parse_slots(
        posting_rules.slot_lines(posting_rules.parse_slots(text))
    ) == posting_rules.parse_slots(text)


@pytest.mark.parametrize(
    "text, part",
    [("Mon", "needs days and times"), ("Mon 25:00", "not a time"), ("Foo 9:00", "not a day"), ("9:00", "needs days")],
)
def test_a_bad_line_says_what_is_wrong(text: str, part: str) -> None:
    with pytest.raises(ValueError, match=part):
        posting_rules.parse_slots("daily 8:00\n" + text)


def test_the_breaker_opens_tries_and_closes() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    later = now + timedelta(minutes=5)
    assert breaker.state(4, None, now, 5) == "closed"
    assert breaker.state(5, later, now, 5) == "open"
    assert breaker.state(5, later, later, 5) == "trial"
    assert breaker.state(0, None, now, 5) == "closed"
    assert breaker.counts("network_timeout") and not breaker.counts("content_rejected") and not breaker.counts(None)


def test_the_next_free_slot_passes_over_taken_ones_and_follows_the_zone() -> None:
    now = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)  # a Friday, 09:30 in Berlin
    week = [[4, "09:00"], [4, "18:30"], [0, "09:00"]]
    evening = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
    assert slots.next_free(week, "Europe/Berlin", now, []) == evening
    assert slots.next_free(week, "Europe/Berlin", now, [evening]) == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert slots.next_free(
        week, "Europe/Berlin", now, [evening + timedelta(hours=2)], gap=timedelta(hours=3)
    ) == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert slots.next_free([], "Europe/Berlin", now, []) is None


def test_a_slot_in_a_skipped_hour_waits_a_week_and_a_repeated_one_is_the_first() -> None:
    spring = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert slots.next_free([[6, "02:30"]], "Europe/Berlin", spring, []) == datetime(2027, 4, 4, 0, 30, tzinfo=UTC)
    autumn = datetime(2027, 10, 30, 12, tzinfo=UTC)
    assert slots.next_free([[6, "02:30"]], "Europe/Berlin", autumn, []) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_an_address_with_an_open_bracket_is_said_to_be_none():
    assert "not a web address" in (address_problem("http://[::1") or "")
