"""(S14) What a stranger would guess: a real list, in every dress, and one's own names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.staff import passwords
from app.staff.guessable import is_common, is_own

OWN = ("mara.voss@oyaishi.example", "Mara Voß-Ōtani", "mara.voss", "desk.oyaishi.example")
# from published lists of leaked passwords, twelve characters and more, as they are and as people dress them up
GUESSED = [
    "password1234",
    "Password1234",
    "P@ssw0rd2024!!",
    "PASSWORD!!!!",
    "passw0rdpassw0rd",
    "123456789012",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "qwertyuiopas",
    "qwertyuiop123",
    "asdfghjkl123",
    "zxcvbnm12345",
    "iloveyou1234",
    "letmein12345",
    "letmeinletmein",
    "Liverpool-2031!",
    "Summer2025!!!!",
    "trustno1trustno1",
    "correcthorsebatterystaple",
    "drowssap1234",
    "ilovemymother",
    "abcdefghijkl",
    "111111111111",
    "aaaaaaaaaaaa",
    "administrator",
    "Welcome12345!",
    "Football2023!",
    "michaeljackson",
    "superman1234",
    "princess1234",
    "dragon123456",
    "sunshine2024!",
    "baseball1234",
    "unbelievable",
    "thunderbirds",
    "liverpoolfc1",
    "manchesterunited",
    "ababababababab",
    "987654321098",
    "monkeymonkey",
    "football123!",
    "ｐａｓｓｗｏｒｄ１２３４",
    "Passwort1234",
    "motdepasse123",
    "1234567890123456",
]
NAMED = [
    "MaraVoss2024!!",
    "m4r4v0ss!!2024",
    "voss-mara-1987",
    "Pressroom2026!",
    "oyaishi-mara-1",
    "Mara.Otani.77",
    "ＭａｒａＶｏｓｓ!!!12",
]
GOOD = [
    "a fish in a tree", "seven green bicycles in the rain", "tapir-ledger-quince-91", "nine small fish swim", "x7Kp-2vQm-9RtZ",
    "Ж друг мой кит плывёт", "ኣሳ በባሕር ውስጥ ይዋኛል", "三只小鱼在树上唱歌给月亮听", "hT8#kq2Lp0!z", "marathon of quiet otters", "🐟🐟 swim under 🌉 at dawn",
    "plum tractor 2031 wind", "Zwölf Boxkämpfer jagen Viktor", "   spaces   inside   too  ",
]  # fmt: skip


@pytest.mark.parametrize("plain", GUESSED)
def test_what_is_on_the_list_is_refused_in_every_dress(plain):
    assert "stranger would try" in (passwords.complaint(plain, *OWN) or "")


@pytest.mark.parametrize("plain", NAMED)
def test_ones_own_names_and_the_desks_are_no_password(plain):
    assert "a name that others know" in (passwords.complaint(plain, *OWN) or "")


@pytest.mark.parametrize("plain", GOOD)
def test_good_ones_are_taken_whatever_they_are_made_of(plain):
    """No composition is asked for; every script, spaces and emoji count (ASVS 5.0 6.2.5, 6.2.9)."""
    assert passwords.complaint(plain, *OWN) is None


def test_long_ones_are_taken_and_nothing_is_cut():
    """(ASVS 5.0 6.2.9, 6.2.8) 200 characters; the last one counts."""
    long = "otter ledger quince " * 10
    assert passwords.complaint(long[:-1] + "x") is None and len(long) == 200
    assert not passwords.verify(passwords.hash_password(long), long[:-1] + "x")


@given(st.text(max_size=220), st.lists(st.text(max_size=30), max_size=4))
def test_no_text_is_too_odd_to_be_judged(plain, own):
    assert isinstance(is_common(plain), bool) and isinstance(is_own(plain, own), bool)


def test_random_ones_are_never_on_the_list():
    assert not any(is_common(passwords.random_password()) for _ in range(200))
