"""Does this text look like a secret? Pure: catches a token pasted into a field that is shown and stored in clear.

In: the text of a field. Out: a word for what it looks like, or None. The text itself is never part of the answer, so the
caller can put the answer on a page. Wrong alarms are cheap (a long name is typed again), misses are not, but a text with
spaces is never taken for a secret.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

SHAPES = (
    (re.compile(r"^[a-z0-9]{4}(-[a-z0-9]{4}){3}$"), "an app password"),
    (re.compile(r"^eyJ[\w-]+\.[\w-]+(\.[\w-]*)?$"), "a session token"),
    (re.compile(r"^(?i:bearer|basic|token)\s+\S{12,}$"), "a sign-in header"),
    (
        re.compile(
            r"^(whsec_|sk[-_]|rk_|gh[pousr]_|github_pat_|xox[abpers]-|EAA[A-Za-z0-9]{10}|ya29\.|AKIA|glpat-)\S+$"
        ),
        "a secret key",
    ),
    (re.compile(r"^-----BEGIN [A-Z ]+-----"), "a private key"),
    (re.compile(r"^\d{6,12}:[\w-]{30,}$"), "a bot token"),
)
SECRET_KEYS = re.compile(r"(?i)^(access_)?token$|secret|passw|api_?key|^sig(nature)?$|^auth$|^key$")
SHORTEST = 24
"""A random text shorter than this is a handle or an id more often than a secret."""


def looks_like_secret(text: str) -> str | None:
    """What the text looks like ("an app password"), or None when it may be shown."""
    text = text.strip()
    if "://" in text:
        return _in_address(text)
    for shape, word in SHAPES:
        if shape.search(text):
            return word
    return "a token" if _random(text) else None


def looks_like_address(text: str) -> bool:
    """Whether what was typed into a secret's field is a web address or an e-mail address."""
    text = text.strip()
    return bool(re.match(r"(?i)^https?://", text)) or bool(re.match(r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$", text))


def _in_address(text: str) -> str | None:
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.password:
        return "a password inside an address"
    hits = [key for key, value in parse_qsl(parts.query) if SECRET_KEYS.search(key) and len(value) >= 8]
    return "a token inside an address" if hits else None


def _random(text: str) -> bool:
    if len(text) < SHORTEST or re.search(r"\s|[./@:]", text):
        return False
    kinds = sum(bool(re.search(kind, text)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return kinds >= 2 and bool(re.search(r"\d", text)) and _entropy(text) >= 3.3


def _entropy(text: str) -> float:
    """Shannon entropy per character: words stay near 3, random texts of this length lie above 3.5."""
    total = len(text)
    return -sum(count / total * math.log2(count / total) for count in Counter(text).values())
