"""(S8) What somebody else wrote costs work in step with its length: a regular expression holds every thread of the process.

Told by growth, never by seconds: four times the text may not cost eight times the work of its thread (what is quadratic costs
sixteen times). The least of several tries counts, and what costs next to nothing counts as linear.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from app.lib import redact
from app.lib.secrets import in_field, in_text

SECRET = "q7Zk-PpW9_vR2mTn4LxYb81c"
PIECES = [
    " ", "\t", " \t", "\n ", "\r", "\n", "a\n", "sk-", "sl.a-", "eyJaaaa-", "eyJaaaaaaaa-", "eyJa.", "a=", "a: ", "aa ", "=", "=\r\n", "=3D", '"', "'",
    "\\", "\\\\", "\\u00", "\\u0000", "/", "%2F", "%25", "&#", "&amp;", "&", "-----BEGIN ", "-----END ", ":", "ghp_", "gh", "AKIA", "xox", "EAAa-", "SG.",
    "M.", "A", "a", "aA", "7", "1234-", "aaaa-", "-", ".", "QUJD", "4a", "://", "://a", "://a@", "/webhooks/1", "/services/A/", "bot1234567:", "cookie: a=",
    "Bearer ", "Basic A", "token=", "[", "[1,", "{", '{"a":', "\0", "\u200b", "\u00ad",
]  # fmt: skip
BEFORE = ["", "private key eyj sk-\n Bearer "]
FLOOR = 0.02  # seconds of a thread's work: below that growth cannot be told from noise, and does no harm
SMALL, LARGE = 4_000, 16_000
TRIES = 3
WORK: dict[str, Callable[[str], object]] = {
    "a body of text": lambda text: redact.body(text.encode(), "text/plain", [SECRET]),
    "a body of JSON": lambda text: redact.body(b'{"a":["' + text.encode() + b'"]}', "application/json", [SECRET]),
    "a form": lambda text: redact.body(text.encode(), "application/x-www-form-urlencoded", [SECRET]),
    "headers": lambda text: redact.headers({"x-echo": text, text: "1"}, [SECRET]),
    "the look for secrets in a text": in_text,
    "the look for a secret in a field": in_field,
}


def spent(work: Callable[[str], object], text: str) -> float:
    begun = time.thread_time()
    work(text)
    return time.thread_time() - begun


def is_linear(work: Callable[[str], object], before: str, piece: str) -> bool:
    def of(length: int) -> str:
        return before + piece * (length // len(piece)) + "x"

    small = large = float("inf")
    for _ in range(TRIES):
        large = min(large, spent(work, of(LARGE)))
        if large < FLOOR:
            return True
        small = min(small, spent(work, of(SMALL)))
        if large < 8 * small:
            return True
    return False


@pytest.mark.parametrize("name", WORK)
def test_work_grows_no_faster_than_the_text(name):
    """(S8) Whatever somebody repeats, after whatever makes us look closer."""
    assert [(before, piece) for before in BEFORE for piece in PIECES if not is_linear(WORK[name], before, piece)] == []


def test_a_quadratic_pattern_is_told():
    """The measure itself: what this file is against does not pass."""
    assert not is_linear(re.compile(r"\beyJ[\w-]{8,}\.").search, "", "eyJaaaaaaaa-")
